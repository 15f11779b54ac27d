"""Whoever was erased is also taken out of what was learnt from their choices: as if they had never chosen."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import numpy as np
import pytest

from jobs.runner import run_job
from jobs.steps import meaning
from persrv.bootstrap import open_services, utc_now
from persrv.config import Settings
from persrv.domain.history import Choice
from persrv.domain.runs import JobName
from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import FetchedPack, FetchedSticker, MediaState, PackKind, StickerFormat
from persrv.domain.work import Made, Maker, Task
from persrv.suggest import PlusRanker, QueryVectors
from persrv.suggest.recall_arrays import QUERY_KEYS, WORDS
from persrv.suggest.serving import CHOICES
from persrv.text.keys import text_key
from tests.jobs.conftest import NIGHT

ANN, BOB, NOBODY = 7, 8, 99
SECRET, SHARED = "我的秘密愿望", "藏宝图"
NAMES = ("happy", "sad", "silent", "other")
# Ann alone chose for the secret; she and Bob chose for the map, and only two people make a guess for others.
OF_ANN = [("silent", SECRET), ("silent", SECRET), ("sad", SHARED), ("silent", "哭")]
OF_BOB = [("sad", SHARED), ("sad", "哭"), ("happy", "快乐")]


@pytest.fixture
async def opened(tmp_path, picture):
    """`await opened("name", {ANN: OF_ANN})`: services of their own, with a shelf of stickers and these choices."""
    async with contextlib.AsyncExitStack() as stack:

        async def open_one(name, chosen):
            settings = Settings(data_dir=tmp_path / name, ocr_engine="none", nsfw_engine="none")
            services = await stack.enter_async_context(open_services(settings))
            ids = await shelve(services, picture)
            at = 0
            for user_id, choices in chosen.items():
                for sticker, query in choices:
                    at += 1
                    choice = Choice(f"1:{at}", user_id, ids[sticker], query, "0123456789abcdef", 0, NIGHT)
                    await services.history.record_choice(choice)
            await night(services)
            return services, ids

        yield open_one


async def shelve(services, picture):
    files = {name: picture(colour=f"#{n}{n + 2}4") for n, name in enumerate(NAMES)}
    stickers = tuple(
        FetchedSticker(name, f"file-{name}", StickerFormat.STATIC, "", 256, 256, len(files[name])) for name in NAMES
    )
    pack = (await services.catalogue.save_pack(FetchedPack("shelf", "s", PackKind.REGULAR, stickers), at=NIGHT)).pack
    ids = {}
    for sticker in await services.catalogue.pack_stickers(pack.id):
        await services.media.write(sticker.file_unique_id, sticker.format, files[sticker.file_unique_id])
        await services.catalogue.note_media(sticker.id, MediaState.STORED)
        ids[sticker.file_unique_id] = sticker.id
    await services.catalogue.finish_pack("shelf")
    said = [Made(ids[name], {SemanticField.OCR: text}) for name, text in (("happy", "快乐"), ("other", "周一"))]
    await services.semantics.save(Task.OCR, said, maker=Maker("test", "1"), at=utc_now())
    return ids


async def night(services):
    """What the schedule starts, after /forgetme as after a new set; then the bot takes it over."""
    outcome = await run_job(services, JobName.NEW, Silent())
    assert not outcome.problems
    await services.indexer.drain()
    await services.serving.refresh()
    await services.warm_up()


class Silent:
    def begin(self, step, total):
        pass

    def advance(self, counts):
        pass


async def told(services, query, user_id):
    """Sticker -> every part of its score."""
    return {place.sticker_id: place for place in (await services.suggester.read(user_id, query)).ranking}


async def test_what_is_learnt_after_somebody_was_erased_is_what_had_been_learnt_without_them(opened):
    services, ids = await opened("erased", {ANN: OF_ANN, BOB: OF_BOB})
    never, _ = await opened("never", {BOB: OF_BOB})
    before, expected = services.artefacts.current(), never.artefacts.current()
    assert text_key(SECRET) in before.arrays[QUERY_KEYS]
    assert SHARED in before.arrays[WORDS].tobytes().decode().splitlines()
    assert ids["silent"] in await told(services, "秘密愿望", NOBODY)

    await services.forget(ANN)
    await night(services)
    after = services.artefacts.current()
    assert after.arrays.keys() == expected.arrays.keys()
    for name, array in expected.arrays.items():
        assert after.arrays[name].dtype == array.dtype, name
        assert np.allclose(after.arrays[name], array, atol=2e-3), name  # vectors are kept in half precision
    assert {**after.notes, CHOICES: 0} == {**expected.notes, CHOICES: 0}  # that is the number of the last choice
    for query in (SECRET, "秘密愿望", SHARED, "哭", "快乐", "cangbaotu"):
        for user_id in (ANN, BOB, NOBODY):
            here, there = [await told(one, query, user_id) for one in (services, never)]
            assert list(here) == list(there), (query, user_id)
            assert [place.score for place in here.values()] == pytest.approx([place.score for place in there.values()])


async def test_what_is_kept_of_anybodys_queries_is_dropped(opened, monkeypatch):
    services, _ = await opened("erased", {ANN: OF_ANN, BOB: OF_BOB})
    await told(services, SECRET, ANN)
    dropped = []
    for keeper in (PlusRanker, QueryVectors):
        monkeypatch.setattr(keeper, "forget", lambda self, keeper=keeper: dropped.append(keeper))
    await services.forget(ANN)
    assert set(dropped) == {PlusRanker, QueryVectors}


async def test_ones_own_memory_styles_and_words_are_gone_at_once(opened):
    services, ids = await opened("erased", {ANN: OF_ANN, BOB: OF_BOB})
    found = (await told(services, SECRET, ANN))[ids["silent"]]
    assert found.beyond["memory"] > 0
    assert found.by_field.keys() == {SemanticField.QUERIES}
    space = services.serving.current.space_id
    assert await services.profiles.load(ANN, space) is not None

    await services.forget(ANN)
    found = (await told(services, SECRET, ANN))[ids["silent"]]  # what others learnt from her stays till the job
    assert "memory" not in found.beyond
    assert (found.by_field, found.preference) == ({}, 0.0)
    assert await services.profiles.load(ANN, space) is None
    assert await services.profiles.load(BOB, space) is not None
    assert [place.reason for place in (await told(services, "", ANN)).values()].count("recent") == 0


async def test_no_file_keeps_what_was_learnt_from_the_erased_once_it_is_learnt_anew(opened):
    services, _ = await opened("erased", {ANN: OF_ANN, BOB: OF_BOB})
    key = np.uint64(text_key(SECRET)).tobytes()

    def kept(needle):
        root = services.settings.data_dir
        return [path for path in root.rglob("*") if path.is_file() and needle in path.read_bytes()]

    assert any(path.name == f"{QUERY_KEYS}.npy" for path in kept(key))
    await services.forget(ANN)
    await night(services)
    assert kept(key) == []
    assert kept(SECRET.encode()) == []
    assert len(list(services.settings.artefacts_dir.glob("g*"))) == 1


async def test_whoever_asks_while_the_job_is_at_work_is_out_after_the_next_one(opened, monkeypatch):
    services, ids = await opened("erased", {BOB: OF_BOB})
    for number, (sticker, query) in enumerate(OF_ANN):
        choice = Choice(f"2:{number}", ANN, ids[sticker], query, "0123456789abcdef", 0, NIGHT)
        await services.history.record_choice(choice)
    gather = meaning._gather

    async def gathered(of):
        found = await gather(of)
        await services.forget(ANN)  # she asks once the log has been read
        return found

    monkeypatch.setattr(meaning, "_gather", gathered)
    await run_job(services, JobName.NEW, Silent())
    monkeypatch.undo()
    assert text_key(SECRET) in services.artefacts.current().arrays[QUERY_KEYS]
    await night(services)
    assert text_key(SECRET) not in services.artefacts.current().arrays[QUERY_KEYS]
    assert await services.profiles.load(ANN, services.serving.current.space_id) is None


async def test_of_a_query_that_is_being_answered_while_somebody_is_erased_nothing_is_kept(opened, monkeypatch):
    services, _ = await opened("one", {ANN: OF_ANN})
    ranker = services.suggester._ranker
    ranking, erased = threading.Event(), threading.Event()
    rank = ranker.rank

    def slow(asked):
        ranking.set()
        assert erased.wait(30)
        return rank(asked)

    monkeypatch.setattr(ranker, "rank", slow)
    answer = asyncio.create_task(services.suggester.suggest(ANN, "哭 " + SECRET))
    await asyncio.to_thread(ranking.wait, 30)
    await services.forget(ANN)
    erased.set()
    page = await answer
    assert page.placed
    services.suggester.shown(page)
    await services.impressions.flush()
    assert not (await services.history.record_of(ANN)).impressions
    services.suggester.shown(page := await services.suggester.suggest(ANN, "哭"))
    await services.impressions.flush()
    assert [shown.query for shown in (await services.history.record_of(ANN)).impressions] == ["哭"]
