"""`persrv run`: the bot against Telegram."""

from __future__ import annotations

import asyncio
from functools import partial

from persrv.bootstrap import Services, in_background
from persrv.catalogue import PackImporter
from persrv.cli.opening import open_settings
from persrv.config import load_settings

_REQUIRED = {
    "bot_token": "ask @BotFather for one (/newbot) and put it into .env. `persrv sandbox` runs without.",
}


def run() -> None:
    """Run the bot against Telegram: long polling, or a webhook when one is set."""
    from bot.run import run_bot
    from jobs.engines import look_at_engines
    from jobs.evaluation import ChildEvaluator
    from jobs.schedule import with_schedule

    settings = open_settings(_REQUIRED)
    jobs, schedule = with_schedule(settings)

    async def beside(services: Services, importer: PackImporter) -> None:
        async with in_background(partial(look_at_engines, settings)):
            await schedule(services, importer)

    asyncio.run(run_bot(settings, beside=beside, jobs=jobs, evaluator=ChildEvaluator(settings), alone=True))


def start() -> None:
    """Run the bot when there is a token, otherwise the sandbox: what `make run` does."""
    if load_settings().bot_token is not None:
        run()
        return
    from persrv.cli.sandbox import sandbox

    sandbox()
