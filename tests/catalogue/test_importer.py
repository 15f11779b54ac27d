"""Sets that several ask for, that are banned meanwhile, and errors that nobody foresaw: on a real database."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest

from bot.allowances import Allowance
from bot.downloads import LARGEST_SET, CountedProgress, Download
from persrv.adapters.database import Database, SqlBanStore, SqlCatalogueStore, upgrade
from persrv.catalogue import Outcome, PackImporter
from persrv.domain.moderation import Banned
from persrv.domain.stickers import FetchedPack, FetchedSticker, PackKind, StickerFormat

ANN, BOB = 1, 2
FILES = 3


class Heard:
    """A listener that remembers."""

    def __init__(self):
        self.outcomes = []

    async def report(self, progress):
        self.outcomes.append(progress.outcome)


class Source:
    """Telegram, with every set of three stickers; waits at each until it is told to go on, and may fail."""

    def __init__(self):
        self.open = asyncio.Event()
        self.open.set()
        self.asked = []
        self.errors = []

    async def fetch_pack(self, name):
        self.asked.append(name)
        await self.open.wait()
        if self.errors:
            raise self.errors.pop()
        stickers = (FetchedSticker(f"{name}{n}", f"{name}{n}", StickerFormat.STATIC, "😀", 9, 9) for n in range(FILES))
        return FetchedPack(name, name.title(), PackKind.REGULAR, tuple(stickers))

    async def download(self, file_id, *, max_bytes):
        return b"x"


class Anything:
    """Takes every file."""

    async def decode(self, data, format, *, frames, size):
        return None

    async def write(self, identity, format, data):
        return None


class Desk:
    """An importer and everybody around it."""

    def __init__(self, database):
        self.source = Source()
        self.allowance = Allowance(5 * LARGEST_SET, 86_400.0)
        self.bans = SqlBanStore(database)
        self.catalogue = SqlCatalogueStore(database)
        self.importer = PackImporter(
            catalogue=self.catalogue,
            source=self.source,
            media=Anything(),
            decoder=Anything(),
            changed=lambda: None,
            now=lambda: datetime.now(UTC),
            retry_seconds=0.01,
        )

    async def ask(self, user, name="cats"):
        download = Download(self.allowance, user, await self.catalogue.pack(name))
        assert download.begin()
        heard = Heard()
        await self.importer.request(name, CountedProgress(heard, download), requested_by=user, progress_chat=user)
        return heard

    def left(self, user):
        """How many files a person may still have fetched."""
        return next(n for n in range(self.allowance.most, -1, -1) if self.allowance.take(user, n))


@pytest.fixture
async def desk(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/persrv.sqlite3"
    await asyncio.to_thread(upgrade, url)
    database = Database(url)
    yield Desk(database)
    await database.close()


@contextlib.asynccontextmanager
async def at_work(importer):
    running = asyncio.create_task(importer.run())
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(true):
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - there is nothing to wait for but time
            await asyncio.sleep(0.01)


async def test_all_who_ask_for_a_set_that_waits_hear_of_it_and_it_is_fetched_once(desk):
    ann, bob = await desk.ask(ANN), await desk.ask(BOB)
    async with at_work(desk.importer):
        await until(lambda: Outcome.ADDED in ann.outcomes)
    assert ann.outcomes == bob.outcomes
    assert desk.source.asked == ["cats"]
    assert desk.left(ANN) == desk.left(BOB) == desk.allowance.most - FILES


async def test_who_asks_while_a_set_is_fetched_hears_too_and_pays_nothing_for_what_is_there(desk):
    desk.source.open.clear()
    ann = await desk.ask(ANN)
    async with at_work(desk.importer):
        await until(lambda: desk.source.asked)
        bob = await desk.ask(BOB)
        desk.source.open.set()
        await until(lambda: Outcome.UNCHANGED in bob.outcomes)
    assert ann.outcomes[-1] is Outcome.ADDED
    assert desk.left(BOB) == desk.allowance.most


async def test_a_chat_is_told_of_a_set_until_it_is_done(desk):
    assert not desk.importer.tells("Cats", ANN)
    ann = await desk.ask(ANN)
    assert desk.importer.tells("Cats", ANN)
    assert not desk.importer.tells("Cats", BOB)
    async with at_work(desk.importer):
        await until(lambda: Outcome.ADDED in ann.outcomes)
        await until(lambda: not desk.importer.tells("cats", ANN))


async def test_a_set_that_is_banned_while_it_waits_is_told_and_its_files_are_given_back(desk):
    ann = await desk.ask(ANN)
    assert desk.left(ANN) == desk.allowance.most - LARGEST_SET
    await desk.bans.ban(Banned.pack("cats"), by=BOB, at=datetime.now(UTC))
    async with at_work(desk.importer):
        await until(lambda: ann.outcomes)
    assert ann.outcomes == [Outcome.BANNED]
    assert not desk.importer.tells("cats", ANN)


async def test_an_error_that_nobody_foresaw_holds_no_other_set_up_and_the_set_is_tried_again(desk, caplog):
    desk.source.errors = [RuntimeError("nobody foresaw this")]
    cats, dogs = await desk.ask(ANN, "cats"), await desk.ask(ANN, "dogs")
    async with at_work(desk.importer):
        await until(lambda: cats.outcomes[-1:] == dogs.outcomes[-1:] == [Outcome.ADDED])
    assert desk.source.asked == ["cats", "dogs", "cats"]
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["nobody foresaw this"]
