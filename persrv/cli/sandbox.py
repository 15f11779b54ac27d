"""`persrv sandbox`: the same bot against a local stand-in of Telegram, with a chat page."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from persrv.cli.consoles import open_console
from persrv.cli.opening import open_settings


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The chat page's port; 0 takes a free one.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open the chat page in the browser.")] = True,
) -> None:
    """Try the bot without a token: a local stand-in of Telegram, a chat page, sample packs."""
    from bot.sandbox.run import run_sandbox
    from jobs.evaluation import ChildEvaluator
    from jobs.schedule import with_schedule

    settings = open_settings()
    asyncio.run(
        run_sandbox(
            settings,
            port=port,
            open_browser=browser,
            say=open_console().print,
            jobs=with_schedule,
            evaluator=ChildEvaluator,
        )
    )
