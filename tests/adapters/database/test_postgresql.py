"""PostgreSQL can take SQLite's place: every statement and table compiles in its dialect."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import ClauseElement, Connection, Dialect, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from persrv.adapters.database import database as package
from persrv.adapters.database import history, learning, tickets
from persrv.adapters.database.tables import impressions, metadata
from persrv.adapters.database.upsert import insert_into
from persrv.domain.history import Person
from persrv.domain.stickers import MediaState
from persrv.errors import StorageError

DIALECT = postgresql.dialect()


@pytest.fixture
def fresh_statements() -> Iterator[None]:
    """What is put together once is put together anew, before and after."""

    def forget() -> None:
        for module in (history, learning, tickets):
            for each in vars(module).values():
                if hasattr(each, "cache_clear"):
                    each.cache_clear()

    forget()
    yield
    forget()


@pytest.fixture
def statements(database, monkeypatch: pytest.MonkeyPatch, fresh_statements) -> list[ClauseElement]:
    """Fills with every statement that the database is given; its upserts are the ones that PostgreSQL gets."""
    monkeypatch.setattr(sqlite, "insert", postgresql.insert)
    monkeypatch.setattr(database, "_prompt_writer", None)  # PostgreSQL has none
    seen: list[ClauseElement] = []

    def note(connection: Connection, statement: object, *rest: object) -> None:
        if isinstance(statement, ClauseElement):
            seen.append(statement)

    for engine in (database._readers, database._writer):
        event.listen(engine.sync_engine, "before_execute", note)
    return seen


async def test_every_statement_compiles(statements, catalogue, queue, history, a_pack, a_choice, an_impression, at):
    await catalogue.request_pack("cats", requested_by=7, progress_chat=7)
    pack = (await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(0))).pack
    await catalogue.save_pack(a_pack("cats", "c1😂"), at=at(1))
    await catalogue.finish_pack("cats")
    await catalogue.fail_pack("cats", "x")
    await catalogue.pending_packs()
    await catalogue.packs()
    await catalogue.packs_titled("cats")
    await catalogue.pack_stickers(pack.id)
    await catalogue.stickers([1])
    await catalogue.sticker_by_identity("c1")
    await catalogue.count_stickers()
    await catalogue.wanted_media(pack.id)
    await catalogue.note_media(1, MediaState.STORED)
    await catalogue.note_upload("c1", "aa")
    await catalogue.uploaded(["aa"])
    await history.record_impressions([an_impression("00000000000000aa")])
    await history.impression("00000000000000aa")
    await history.record_choice(a_choice(7, 1))
    await history.note_person(Person(7))
    await history.note_person(Person(7, "zh"))
    for ordered in (history.recent, history.most_used):
        await ordered(7, 5)
    for ordered in (history.popular, history.newest):
        await ordered(5)
    await queue.documents([1])
    await queue.queue_all()
    await queue.done(await queue.waiting(5))
    await catalogue.retire_pack("cats", "gone")
    await catalogue.request_pack("cats", requested_by=8, progress_chat=None)
    await history.forget(7)

    written = [str(statement.compile(dialect=DIALECT)) for statement in statements]
    assert len(written) > 80
    assert sum("ON CONFLICT" in statement for statement in written) > 20


def test_every_table_and_index_compiles():
    written = ""
    for table in metadata.sorted_tables:
        written += str(CreateTable(table).compile(dialect=DIALECT))
        for index in table.indexes:
            written += str(CreateIndex(index).compile(dialect=DIALECT))
    assert "chosen_at TIMESTAMP WITH TIME ZONE NOT NULL" in written
    assert "CREATE TABLE stickers (\n\tid BIGSERIAL NOT NULL" in written
    assert "CREATE TABLE users (\n\tid BIGINT NOT NULL" in written


@pytest.mark.parametrize(("name", "dialect"), [("sqlite", sqlite.dialect()), ("postgresql", DIALECT)])
def test_an_upsert_is_made_for_the_database_that_is_there(name: str, dialect: Dialect):
    statement = insert_into(impressions, name).values(id="a")
    statement = statement.on_conflict_do_update(index_elements=["id"], set_={"served": 1})
    assert type(statement).__module__ == f"sqlalchemy.dialects.{name}.dml"
    assert "ON CONFLICT (id) DO UPDATE SET served" in str(statement.compile(dialect=dialect))


def test_another_kind_of_database_is_refused():
    with pytest.raises(StorageError, match="mysql"):
        insert_into(impressions, "mysql")


def _uses_sqlite(path: Path) -> bool:
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(("PRAGMA", "VACUUM", "BEGIN IMMEDIATE"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_what_is_sqlites_alone_is_said_in_one_module():
    folder = Path(package.__file__).parent
    assert [path.name for path in sorted(folder.glob("*.py")) if _uses_sqlite(path)] == ["sqlite.py"]
