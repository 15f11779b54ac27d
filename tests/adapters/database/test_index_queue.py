"""What the queue of the search index promises (`persrv.ports.storage.IndexQueue`)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from persrv.adapters.database.documents import spoken_name
from persrv.adapters.database.tables import semantics
from persrv.domain.semantics import SemanticField


async def test_new_stickers_wait_oldest_change_first(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(0))
    await catalogue.save_pack(a_pack("dogs", "d1"), at=at(1))
    await catalogue.save_pack(a_pack("cats", "c1😂", "c2"), at=at(2))
    c1, c2, d1 = [(await catalogue.sticker_by_identity(name)).id for name in ("c1", "c2", "d1")]
    tickets = await queue.waiting(10)
    assert list(tickets) == [c2, d1, c1]
    assert list(await queue.waiting(2)) == [c2, d1]
    assert await queue.waiting(0) == {}
    assert list(await queue.waiting(10, above=tickets[c2])) == [d1, c1]
    assert list(await queue.waiting(1, above=tickets[d1])) == [c1]
    assert await queue.waiting(10, above=tickets[c1]) == {}


async def test_what_is_done_waits_no_more(queue, ids):
    tickets = await queue.waiting(2)
    await queue.done(tickets)
    assert set(await queue.waiting(10)) == set(ids.values()) - set(tickets)
    await queue.done({})


async def test_a_sticker_that_changed_while_it_was_indexed_keeps_waiting(queue, history, ids, a_choice):
    tickets = await queue.waiting(10)
    await history.record_choice(a_choice(7, ids["c1"]))
    await queue.done(tickets)
    [(sticker_id, ticket)] = (await queue.waiting(10)).items()
    assert sticker_id == ids["c1"]
    assert ticket > max(tickets.values())


async def test_a_ticket_is_never_given_twice(queue, history, ids, a_choice):
    seen = set()
    for _ in range(3):
        await history.record_choice(a_choice(7, ids["c1"]))
        tickets = await queue.waiting(10)
        assert tickets[ids["c1"]] not in seen
        seen.add(tickets[ids["c1"]])
        await queue.done(tickets)


async def test_those_that_others_changed_or_finished_meanwhile_are_told(queue, history, ids, a_choice):
    await queue.queue_all()
    tickets = await queue.waiting(10)
    assert len(tickets) == 3
    await history.record_choice(a_choice(7, ids["c1"]))
    await queue.done({ids["c2"]: tickets[ids["c2"]]})
    assert await queue.done(tickets) == sorted([ids["c1"], ids["c2"]])
    assert list(await queue.waiting(10)) == [ids["c1"]]
    assert await queue.done(await queue.waiting(10)) == []


async def test_thousands_are_done_at_once(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("big", *(f"s{n:04d}" for n in range(2500))), at=at(0))
    tickets = await queue.waiting(10_000)
    assert len(tickets) == 2500
    assert await queue.done(tickets) == []
    assert await queue.waiting(10) == {}


async def test_everything_live_can_be_queued_anew(catalogue, queue, a_pack, at, ids):
    await catalogue.save_pack(a_pack("dogs", "d1"), at=at(1))
    await catalogue.retire_pack("dogs", "gone")
    await queue.done(await queue.waiting(10))
    assert await queue.queue_all() == 3
    assert set(await queue.waiting(10)) == set(ids.values())


async def test_nothing_to_queue_is_zero(queue):
    assert await queue.queue_all() == 0


async def test_a_document_has_what_is_known_and_no_empty_field(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("Happy_Cats_by_meow_bot", "c1😂", title="开心猫"), at=at(0))
    sticker_id = (await catalogue.sticker_by_identity("c1")).id
    [document] = await queue.documents([sticker_id])
    assert document.sticker_id == sticker_id
    assert dict(document.texts) == {SemanticField.EMOJI: "😂", SemanticField.PACK: "开心猫\nHappy Cats"}


async def test_a_document_names_all_live_packs_of_a_sticker(catalogue, queue, a_pack, at):
    for name in ("one", "two", "three"):
        await catalogue.save_pack(a_pack(name, "c1", title=name.upper()), at=at(0))
    await catalogue.retire_pack("two", "gone")
    [document] = await queue.documents([1])
    assert document.texts[SemanticField.PACK] == "ONE\none\nTHREE\nthree"


async def test_a_query_counts_once_for_every_person_who_chose_by_it(queue, history, ids, a_choice):
    for user_id, query in ((1, "笑"), (1, " 笑 "), (2, "笑"), (1, "Haha"), (1, "HAHA"), (3, ""), (3, "  ")):
        await history.record_choice(a_choice(user_id, ids["c1"], query))
    await history.record_choice(a_choice(1, ids["c2"], "哭"))
    one, two = await queue.documents([ids["c1"], ids["c2"]])
    lines = one.texts[SemanticField.QUERIES].casefold().split("\n")
    assert sorted(lines) == ["haha", "笑", "笑"]
    assert two.texts[SemanticField.QUERIES] == "哭"


async def test_a_query_with_line_breaks_is_still_one_line(queue, history, ids, a_choice):
    await history.record_choice(a_choice(1, ids["c1"], "a\nb\r\nc"))
    [document] = await queue.documents([ids["c1"]])
    assert document.texts[SemanticField.QUERIES] == "a b c"


async def test_a_document_has_what_the_engines_found(database, queue, ids, at):
    found = {"ocr": "哈哈", "keywords": "cat", "description": "a cat", "emotions": "joy", "other": "ignored"}
    async with database.write() as connection:
        for field, value in found.items():
            row = {"engine": "e", "version": "1", "confidence": 0.5, "made_at": at(0)}
            await connection.execute(insert(semantics).values(sticker_id=ids["c1"], field=field, value=value, **row))
    [document] = await queue.documents([ids["c1"]])
    assert document.texts[SemanticField.OCR] == "哈哈"
    assert document.texts[SemanticField.KEYWORDS] == "cat"
    assert document.texts[SemanticField.DESCRIPTION] == "a cat"
    assert document.texts[SemanticField.EMOTIONS] == "joy"


async def test_documents_are_of_live_stickers_in_the_order_asked_for(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("big", *(f"s{n:04d}" for n in range(1100))), at=at(0))
    await catalogue.save_pack(a_pack("gone", "g1"), at=at(0))
    await catalogue.retire_pack("gone", "gone")
    asked = [9999, *range(1101, 0, -1), 5]
    assert [document.sticker_id for document in await queue.documents(asked)] == list(range(1100, 0, -1))
    assert await queue.documents([]) == []


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("Happy_Cats_by_meow_bot", "Happy Cats"),
        ("x_by_fStikBot", "x"),
        ("drawn_by_hand_by_my_bot", "drawn by hand"),
        ("cats_by_anna", "cats by anna"),
        ("HotCherry", "HotCherry"),
        ("__a__b_", "a b"),
    ],
)
def test_a_sets_name_is_spoken_without_the_bot_that_made_it(name: str, spoken: str):
    assert spoken_name(name) == spoken
