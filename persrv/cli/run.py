"""`persrv run`: the bot against Telegram."""

from __future__ import annotations

import asyncio

from persrv.cli.logs import set_up_logging
from persrv.config import load_settings, secrets_of

_REQUIRED = {
    "bot_token": "ask @BotFather for one (/newbot) and put it into .env. `persrv sandbox` runs without.",
}


def run() -> None:
    """Run the bot against Telegram: long polling, or a webhook when one is set."""
    from bot.run import run_bot
    from jobs.evaluation import ChildEvaluator
    from jobs.schedule import with_schedule

    settings = load_settings(required=_REQUIRED)
    set_up_logging(form=settings.log_format, secrets=secrets_of(settings))
    jobs, schedule = with_schedule(settings)
    asyncio.run(run_bot(settings, beside=schedule, jobs=jobs, evaluator=ChildEvaluator(settings), alone=True))


def start() -> None:
    """Run the bot when there is a token, otherwise the sandbox: what `make run` does."""
    if load_settings().bot_token is not None:
        run()
        return
    from persrv.cli.sandbox import sandbox

    sandbox()
