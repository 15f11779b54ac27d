"""What an answer needs of the catalogue is read in few values instead of rows, and is the same."""

from __future__ import annotations

from sqlalchemy import event, insert

from persrv.adapters.database.tables import packs
from persrv.domain.stickers import MediaState, PackKind, PackState


async def test_stickers_that_are_looked_up_together_are_as_each_alone(catalogue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1😂", 'c2"', "c3\\n", "c4\n\t", "五", "gone"), at=at(0))
    await catalogue.note_media(2, MediaState.UNUSABLE, 'It says "no",\n[1, null] \\ 猫 \x1f.')
    await catalogue.save_pack(a_pack("cats", "c1😂", 'c2"', "c3\\n", "c4\n\t", "五"), at=at(1))
    together = await catalogue.stickers([5, 1, 6, 2, 4, 3, 99])
    assert list(together) == [5, 1, 2, 4, 3]
    for number, sticker in together.items():
        assert sticker == await catalogue.sticker(number)


async def test_names_are_found_of_any_number_of_packs(catalogue, database, at):
    rows = [
        {
            "id": 7 * number + 1,
            "name": f"Set_{number}",
            "name_key": f"set_{number}",
            "name_norm": f"set_{number}",
            "title": f'Cat "{number}"',
            "title_key": f'cat "{number}"',
            "kind": PackKind.REGULAR.value,
            "state": (PackState.ACTIVE if number % 3 else PackState.RETIRED).value,
            "requested_at": at(0),
            "problem": "",
        }
        for number in range(2_500)
    ]
    async with database.write() as connection:
        await connection.execute(insert(packs), rows)
    live = [number for number in range(2_500) if number % 3]
    expected = {f"set_{number}" for number in live} | {f'cat "{number}"' for number in live}
    assert await catalogue.pack_names() == expected


async def test_a_database_that_is_not_sqlite_is_asked_for_rows(catalogue, database, a_pack, at, monkeypatch):
    await catalogue.save_pack(a_pack("cats", *(f"s{number}" for number in range(700))), at=at(0))
    stickers, names = await catalogue.stickers(range(1, 800)), await catalogue.pack_names()
    asked: list[str] = []
    event.listen(database._prompt, "before_cursor_execute", lambda *given: asked.append(given[2]))
    monkeypatch.setattr(database._prompt.dialect, "name", "another")
    assert await catalogue.stickers(range(1, 800)) == stickers
    assert await catalogue.pack_names() == names == {"cats"}
    assert asked
    assert not any("json" in statement for statement in asked)


async def test_the_driver_is_given_few_rows_however_many_there_are(catalogue, database, a_pack, at):
    await catalogue.save_pack(a_pack("cats", *(f"s{number}" for number in range(300))), at=at(0))
    handed: list[int] = []

    def count(connection, cursor, statement, parameters, *rest):
        if statement.startswith("SELECT"):
            handed.append(len(connection.connection.driver_connection.execute(statement, parameters).fetchall()))

    event.listen(database._prompt, "after_cursor_execute", count)
    assert len(await catalogue.stickers(range(1, 301))) == 300
    await catalogue.pack_names()
    assert handed == [1, 1]
