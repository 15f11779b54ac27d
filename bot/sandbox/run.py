"""The bot, unmodified, against the stand-in of Telegram."""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from bot.run import Beside, run_bot
from bot.sandbox.drawing import draw_sample_packs
from bot.sandbox.explainer import Explainer
from bot.sandbox.packs.model import SamplePack
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.bootstrap import Services, prepare_data_dir
from persrv.config import Settings
from persrv.ports.evaluator import Evaluator
from persrv.ports.jobs import JobStarter

TOKEN = "1000:sandbox-token-that-opens-nothing-at-all"  # noqa: S105
"""The stand-in knows this token and no other."""

ADMIN = 1001
"""Mei, one of the people on the page, is the admin."""

LEFT_OUT = 1
"""Sample packs that the bot does not know at first, so that there is one to add."""


def sandbox_settings(settings: Settings, url: str) -> Settings:
    """The settings, turned to the stand-in: its address and token, a data folder of its own."""
    return settings.model_copy(
        update={
            "bot_token": SecretStr(TOKEN),
            "admin_ids": (ADMIN,),
            "data_dir": settings.data_dir / "sandbox",
            "database_url": None,
            "telegram_api_url": url,
            "webhook_url": None,
            "storage_chat_id": None,
        }
    )


async def run_sandbox(
    settings: Settings,
    *,
    port: int,
    open_browser: bool,
    say: Callable[[str], object],
    stop: asyncio.Event | None = None,
    jobs: Callable[[Settings], tuple[JobStarter, Beside]] | None = None,
    evaluator: Callable[[Settings], Evaluator] | None = None,
) -> None:
    """Draw the sample packs, start the stand-in, run the bot against it until told to stop.

    :param port: Of the chat page; 0 takes a free one.
    :param say: Tells the person in front of the terminal.
    :param jobs: Makes what starts jobs, and the schedule, for the sandbox's settings.
    :param evaluator: Makes what /evaluate runs.
    :raises StorageError: the data folder cannot be written.
    """
    prepare_data_dir(sandbox_settings(settings, ""))  # before the packs are drawn into it
    packs = await draw_sample_packs(_cache(settings))
    world = World(TOKEN)
    for pack in packs:
        world.add_pack(pack)
    explainer = Explainer()
    background: list[asyncio.Future[None]] = []  # the event loop alone would let it be collected
    with SandboxServer(world, port=port, explain=explainer, about=explainer.about) as server:
        bot_settings = sandbox_settings(settings, server.url)

        def ready(services: Services, username: str) -> None:
            explainer.listen(services)
            background.append(asyncio.ensure_future(_add_first_packs(services, world, packs)))
            say(f"\n  @{username} is ready:  [bold]{server.url}[/]\n\n  Type [bold]@{username} 笑[/]. Ctrl+C stops.\n")
            if open_browser:
                webbrowser.open(server.url)

        starter, beside = jobs(bot_settings) if jobs is not None else (None, None)
        await run_bot(
            bot_settings,
            stop=stop,
            ready=ready,
            beside=beside,
            jobs=starter,
            evaluator=evaluator(bot_settings) if evaluator is not None else None,
        )


async def _add_first_packs(services: Services, world: World, packs: tuple[SamplePack, ...]) -> None:
    """The first time, add the sample packs the way an admin does: with /addset in the private chat."""
    known = {pack.name.casefold() for pack in await services.catalogue.packs(include_retired=True)}
    if known:
        return
    wanted = [pack.name for pack in packs[: len(packs) - LEFT_OUT]]
    world.send_text(ADMIN, ADMIN, "/addset " + " ".join(wanted))


def _cache(settings: Settings) -> Path:
    folder = settings.data_dir / "sandbox" / "cache" / "packs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
