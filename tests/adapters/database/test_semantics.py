from datetime import UTC, datetime

import pytest

from persrv.adapters.database.semantics import SqlSemanticsStore
from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import MediaState
from persrv.domain.work import MOST_TRIES, Coverage, Made, Maker, Task

NIGHT = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
RAPID = Maker("rapidocr", "1")
NEWER = Maker("rapidocr", "2")
LLAVA = Maker("llava", "7b")


@pytest.fixture
def store(database):
    return SqlSemanticsStore(database)


@pytest.fixture
async def stored(catalogue, ids):
    """The three stickers, with their files on the disk."""
    for sticker_id in ids.values():
        await catalogue.note_media(sticker_id, MediaState.STORED)
    return ids


def ocr(sticker_id, text, confidence=0.98):
    return Made(sticker_id, {SemanticField.OCR: text}, confidence)


async def wanted(store, task=Task.OCR, maker=RAPID, after=0, limit=10):
    return [sticker.id for sticker in await store.wanted(task, maker, after=after, limit=limit)]


async def test_only_live_stickers_whose_file_is_here_are_wanted_and_in_pages(store, catalogue, ids):
    assert await wanted(store) == []
    one, two, three = ids.values()
    for sticker_id in (one, two):
        await catalogue.note_media(sticker_id, MediaState.STORED)
    await catalogue.note_media(three, MediaState.UNUSABLE, "damaged")
    assert await wanted(store) == [one, two]
    assert await wanted(store, limit=1) == [one]
    assert await wanted(store, after=one) == [two]
    assert await store.count_wanted(Task.OCR, RAPID) == 2
    await catalogue.retire_pack("cats", "gone")
    assert await wanted(store) == []


async def test_what_is_done_is_not_wanted_again_unless_the_engine_or_its_version_changes(store, stored):
    one, two, three = stored.values()
    await store.save(Task.OCR, [ocr(one, "加油"), ocr(two, "")], maker=RAPID, at=NIGHT)
    assert await wanted(store) == [three]
    assert await wanted(store, maker=NEWER) == [one, two, three]
    assert await wanted(store, Task.CAPTION, LLAVA) == [one, two, three]


async def test_a_text_is_kept_with_where_it_is_from(store, stored):
    one = stored["c1"]
    texts = {SemanticField.EMOTIONS: "joy", SemanticField.KEYWORDS: " laughing \n"}
    await store.save(Task.CAPTION, [Made(one, texts)], maker=LLAVA, at=NIGHT)
    await store.save(Task.OCR, [ocr(one, "加油", 0.91)], maker=RAPID, at=NIGHT)
    first, second, third = await store.known(one)
    assert (first.field, first.text, first.maker, first.confidence, first.made_at) == (
        SemanticField.OCR,
        "加油",
        RAPID,
        0.91,
        NIGHT,
    )
    assert (second.field, second.text, second.confidence) == (SemanticField.KEYWORDS, "laughing", None)
    assert (third.field, third.maker) == (SemanticField.EMOTIONS, LLAVA)


async def test_a_changed_text_waits_for_indexing_and_one_that_stays_does_not(store, stored, queue):
    one, two, _ = stored.values()
    await queue.done(await queue.waiting(10))
    assert await store.save(Task.OCR, [ocr(one, "加油"), ocr(two, "")], maker=RAPID, at=NIGHT) == 1
    assert list(await queue.waiting(10)) == [one]
    (document,) = await queue.documents([one])
    assert document.texts[SemanticField.OCR] == "加油"
    await queue.done(await queue.waiting(10))
    assert await store.save(Task.OCR, [ocr(one, "加油")], maker=NEWER, at=NIGHT) == 0
    assert list(await queue.waiting(10)) == []


async def test_a_newer_reading_without_text_takes_back_what_an_older_one_misread(store, stored):
    one = stored["c1"]
    await store.save(Task.OCR, [ocr(one, "xx")], maker=RAPID, at=NIGHT)
    assert await store.save(Task.OCR, [ocr(one, "")], maker=NEWER, at=NIGHT) == 1
    assert await store.known(one) == []


async def test_a_failure_leaves_what_is_known_and_is_tried_again_a_bounded_number_of_times(store, stored):
    one, two, three = stored.values()
    await store.save(Task.OCR, [ocr(one, "加油")], maker=RAPID, at=NIGHT)
    for _ in range(MOST_TRIES):
        assert await wanted(store, maker=NEWER) == [one, two, three]
        await store.note_failures(Task.OCR, {one: "The picture cannot be decoded."}, maker=NEWER, at=NIGHT)
    assert await wanted(store, maker=NEWER) == [two, three]
    assert [text.text for text in await store.known(one)] == ["加油"]
    (failure,) = await store.failures(Task.OCR)
    assert (failure.sticker_id, failure.tries, failure.reason) == (one, MOST_TRIES, "The picture cannot be decoded.")
    assert await wanted(store, maker=Maker("rapidocr", "3")) == [one, two, three]


async def test_another_version_counts_its_tries_from_the_beginning(store, stored):
    one = stored["c1"]
    for maker in (RAPID, RAPID, NEWER):
        await store.note_failures(Task.OCR, {one: "no"}, maker=maker, at=NIGHT)
    (failure,) = await store.failures(Task.OCR)
    assert (failure.maker, failure.tries) == (NEWER, 1)


async def test_a_success_ends_a_failure(store, stored):
    one = stored["c1"]
    await store.note_failures(Task.OCR, {one: "no"}, maker=RAPID, at=NIGHT)
    await store.save(Task.OCR, [ocr(one, "")], maker=RAPID, at=NIGHT)
    assert await store.failures(Task.OCR) == []


async def test_forgotten_failures_are_tried_anew_and_what_is_done_stays_done(store, stored):
    one, two, three = stored.values()
    await store.save(Task.OCR, [ocr(two, "")], maker=RAPID, at=NIGHT)
    for _ in range(MOST_TRIES):
        await store.note_failures(Task.OCR, {one: "no"}, maker=RAPID, at=NIGHT)
    assert await store.forget_failures(Task.OCR) == 1
    assert await wanted(store) == [one, three]


async def test_the_queries_of_a_sticker_come_by_how_many_people_typed_them(store, stored, history, a_choice):
    one = stored["c1"]
    for user, query in [(1, "哈哈"), (2, "笑"), (3, " 笑 "), (3, "笑"), (4, "")]:
        await history.record_choice(a_choice(user, one, query))
    assert await store.top_queries(one, 5) == [("笑", 2), ("哈哈", 1)]
    assert await store.top_queries(one, 1) == [("笑", 2)]


async def test_coverage_counts_what_is_done_and_what_failed(store, stored):
    one, two, _ = stored.values()
    await store.save(Task.OCR, [ocr(one, "加油")], maker=RAPID, at=NIGHT)
    await store.note_failures(Task.OCR, {two: "no"}, maker=RAPID, at=NIGHT)
    assert await store.coverage(Task.OCR) == Coverage(total=3, done=1, failed=1)
