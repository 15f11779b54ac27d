"""Real SQLite files, made by the migrations once and copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from persrv.adapters.database.catalogue import SqlCatalogueStore
from persrv.adapters.database.database import Database
from persrv.adapters.database.history import SqlHistoryStore
from persrv.adapters.database.index_queue import SqlIndexQueue
from persrv.adapters.database.tables import metadata
from persrv.adapters.database.upgrade import upgrade
from persrv.domain.history import Choice, Impression
from persrv.domain.stickers import FetchedPack, FetchedSticker, PackKind, StickerFormat

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def differences(path: Path) -> list[object]:
    """Between the database's tables and those that the code declares."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), metadata))
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    upgrade(url_of(path))
    return path


@pytest.fixture
def path(empty_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_file, tmp_path / "persrv.db"))


@pytest.fixture
def url(path: Path) -> str:
    return url_of(path)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def second_database(url: str) -> AsyncIterator[Database]:
    """Another one on the same file, as another process would have."""
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A minute later whenever it is asked."""
    minutes: Iterator[int] = count()
    return lambda: NOON + timedelta(minutes=next(minutes))


@pytest.fixture
def catalogue(database: Database, clock: Callable[[], datetime]) -> SqlCatalogueStore:
    return SqlCatalogueStore(database, clock=clock)


@pytest.fixture
def queue(database: Database) -> SqlIndexQueue:
    return SqlIndexQueue(database)


@pytest.fixture
def history(database: Database) -> SqlHistoryStore:
    return SqlHistoryStore(database)


@pytest.fixture
def at() -> Callable[[float], datetime]:
    """`at(3)` is three minutes past noon."""
    return lambda minutes: NOON + timedelta(minutes=minutes)


@pytest.fixture
def a_pack() -> Callable[..., FetchedPack]:
    """`a_pack("cats", "c1", "c2😂")`: an emoji after the identity, or 😀."""

    def make(name: str, *stickers: str, title: str = "", file: str = "f") -> FetchedPack:
        fetched = []
        for text in stickers:
            identity = text.rstrip("😂😭👍")
            emoji = text[len(identity) :] or "😀"
            fetched.append(
                FetchedSticker(identity, f"{file}-{identity}", StickerFormat.STATIC, emoji, 512, 512, 20_000)
            )
        return FetchedPack(name, title or name.title(), PackKind.REGULAR, tuple(fetched))

    return make


@pytest.fixture
def a_choice() -> Callable[..., Choice]:
    keys = count(1)

    def make(
        user_id: int, sticker_id: int, query: str = "笑", *, minute: float = 0, key: str = "", language: str = ""
    ) -> Choice:
        return Choice(
            key=key or f"42:{next(keys)}",
            user_id=user_id,
            sticker_id=sticker_id,
            query=query,
            impression_id="0123456789abcdef",
            position=0,
            chosen_at=NOON + timedelta(minutes=minute),
            language=language,
        )

    return make


@pytest.fixture
def an_impression() -> Callable[..., Impression]:
    def make(impression_id: str, user_id: int = 7, query: str = "笑", *, served: int = 2) -> Impression:
        return Impression(impression_id, user_id, query, (3, 1, 2), served, NOON)

    return make


@pytest.fixture
async def ids(catalogue: SqlCatalogueStore, a_pack: Callable[..., FetchedPack]) -> dict[str, int]:
    """Three stickers of the pack "cats": their row numbers by identity."""
    saved = await catalogue.save_pack(a_pack("cats", "c1", "c2", "c3"), at=NOON)
    return {sticker.file_unique_id: sticker.id for sticker in await catalogue.pack_stickers(saved.pack.id)}
