"""Admin commands and their buttons are for admins: every one that there is, not a list that may fall behind."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from telegram.ext import CallbackQueryHandler, CommandHandler

from bot import broadcasting
from bot.app import build_application
from bot.handlers import evaluation, mine, nsfw, personal, reporting
from bot.handlers import jobs as job_handlers
from bot.menus import ADMIN_COMMANDS, COMMANDS
from persrv.bootstrap import open_services
from persrv.domain.broadcasts import BroadcastState
from persrv.domain.moderation import ReportState
from persrv.domain.own_packs import OwnPacks
from persrv.domain.runs import JobName
from tests.bot.live.test_jobs_command import Starter, forge

ARGUMENTS = ("", " Cats_by_test", " @Cats_by_test", " 1001", " set")
PREFIXES = (evaluation.PRESSED, job_handlers.PRESSED, reporting.PRESSED, broadcasting.PRESSED)
DATA = (
    evaluation.STOP,
    job_handlers.REFRESH,
    *(f"{job_handlers.PRESSED}:{name.value}" for name in JobName),
    *(f"{reporting.PRESSED}:{action}:1" for action in ("sticker", "set", "keep")),
    *(f"{broadcasting.PRESSED}:{action}:1" for action in ("send", "stop")),
    *(f"{prefix}:" for prefix in PREFIXES),
    *(f"{prefix}:../../x" for prefix in PREFIXES),
)


class Evaluating:
    """An `Evaluator` that says that it runs, and notes whether anybody stops or starts it."""

    def __init__(self):
        self.calls = []

    @property
    def running(self):
        return True

    async def run(self, hear):
        self.calls.append("run")

    async def stop(self):
        self.calls.append("stop")


@pytest.fixture
def starter():
    return Starter()


@pytest.fixture
def evaluator():
    return Evaluating()


@pytest.fixture
def bot(start_bot, starter, evaluator, world, make_pack, mei, finds):
    """One set, one open report, and a broadcast, jobs and an evaluation that could be started."""
    running = start_bot(jobs=starter, evaluator=lambda _settings: evaluator)
    world.add_pack(make_pack("Cats_by_test", ["🐱"], title="Cats"))
    mei.writes("/addset Cats_by_test")
    answer = finds(mei, "🐱", lambda found: found.stickers)
    services = running.services
    sticker = running.do(services.catalogue.sticker_by_identity(answer.sticker_ids[0]))
    running.do(services.reports.report(sticker.id, at=datetime.now(UTC)))
    running.do(services.broadcasts.draft(mei.id, 1, at=datetime.now(UTC)))
    return running


def state(bot, starter, evaluator):
    """Whatever an admin's command could have changed."""
    services = bot.services
    return (
        bot.do(services.bans.bans()),
        [pack.name for pack in bot.do(services.catalogue.packs(include_retired=True))],
        bot.do(services.reports.known(1)).state,
        list(starter.started),
        list(evaluator.calls),
        bot.do(services.broadcasts.known(1)).state,
        bot.do(services.broadcasts.known(2)),
    )


UNTOUCHED = ([], ["Cats_by_test"], ReportState.OPEN, [], [], BroadcastState.DRAFT, None)


@pytest.mark.parametrize("command", ADMIN_COMMANDS)
def test_an_admin_command_refuses_everybody_else_whatever_follows_it(bot, starter, evaluator, alex, command):
    for arguments in ARGUMENTS:
        text = alex.asks(f"/{command}{arguments}").text
        assert text.startswith("Only this bot's admins"), (command, arguments, text)
        assert command not in alex.menu()
    assert state(bot, starter, evaluator) == UNTOUCHED


@pytest.mark.parametrize("data", DATA)
def test_a_button_of_the_admins_refuses_everybody_else(bot, starter, evaluator, world, alex, data):
    shown = alex.asks("/forgetme")
    assert forge(world, alex, shown, data).startswith("Only this bot's admins")
    assert state(bot, starter, evaluator) == UNTOUCHED


NO_BUTTONS = [
    *("", "forget:", "forget:maybe", "nonsense", "review", "job", "broadcast", "forget:yes:1001"),
    *("nsfw", "nsfw:", "nsfw:maybe", "nsfw:on:1001", "nsfw:on\n"),
    *("mine", "mine:", "mine:all", "mine:only:1001", "mine:only\n"),
]


@pytest.mark.parametrize("data", NO_BUTTONS)
def test_data_that_no_button_has_does_nothing(bot, starter, evaluator, world, alex, data):
    shown = alex.asks("/forgetme")
    with_data = world.press(alex.id, shown.chat, shown.id, data or "\0", forged=True)
    time.sleep(0.3)
    assert not with_data.answer.done()
    assert bot.do(bot.services.nsfw_scores.people()) == []
    assert bot.services.own_packs.mode(alex.id) is OwnPacks.OFF
    assert state(bot, starter, evaluator) == UNTOUCHED


async def test_every_command_and_button_is_known_to_be_everybodys_or_is_tried_above(settings):
    async with open_services(settings) as services:
        application = build_application(services)
    handlers = [handler for group in application.handlers.values() for handler in group]
    commands = {name for one in handlers if isinstance(one, CommandHandler) for name in one.commands}
    assert commands == {*COMMANDS, *ADMIN_COMMANDS}
    prefixes = {
        re.sub(r"\W.*", "", one.pattern.pattern.removeprefix("^"))
        for one in handlers
        if isinstance(one, CallbackQueryHandler)
    }
    assert prefixes == {personal.FORGET, mine.PRESSED, nsfw.PRESSED} | {data.split(":")[0] for data in DATA}
