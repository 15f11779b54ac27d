"""The index may be a moment behind the database: who is gone is in no answer, and a page is whole all the same."""

from __future__ import annotations

import pytest

from persrv.bootstrap import utc_now
from persrv.config import Settings
from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Reason
from persrv.domain.work import Made, Maker, Task
from persrv.suggest.service import PAGE_SIZE
from persrv.suggest.trials import Lot

MEI, ALEX = 7, 8


@pytest.fixture(params=["persrv", "persrv-plus"])
def settings(request, tmp_path) -> Settings:
    return Settings(data_dir=tmp_path / "data", ranking=request.param, explore_share=0.2)


@pytest.fixture
def cheering(services, add_pack, picture):
    """`await cheering("cats", 20)`: a set of stickers that all say the same; of equals the lower numbers come first."""

    async def add(name, count):
        ids = list((await add_pack(name, **{f"{name}{number:02}": picture() for number in range(count)})).values())
        made = [Made(sticker, {SemanticField.OCR: "加油"}) for sticker in ids]
        await services.semantics.save(Task.OCR, made, maker=Maker("test", "1"), at=utc_now())
        await services.indexer.drain()
        return ids

    return add


async def pages(services, query="加油"):
    found, offset = [], ""
    while True:
        page = await services.suggester.suggest(MEI, query, offset)
        found.append([placed.sticker.id for placed in page.placed])
        offset = page.next_offset
        if not offset:
            return found


async def test_the_next_best_take_the_places_of_those_that_are_gone(services, cheering):
    gone, kept = await cheering("gone", 20), await cheering("kept", 75)
    assert (await pages(services))[0] == (gone + kept)[:PAGE_SIZE]
    await services.catalogue.retire_pack("gone", "Telegram deleted it.")
    services.shelf.changed()
    assert await pages(services) == [kept[:PAGE_SIZE], kept[PAGE_SIZE:]]


async def test_who_goes_while_a_page_is_looked_at_is_left_out_of_the_next(services, cheering):
    kept, _ = await cheering("kept", 60), await cheering("gone", 10)
    page = await services.suggester.suggest(MEI, "加油")
    await services.catalogue.retire_pack("gone", "Telegram deleted it.")
    services.shelf.changed()
    page = await services.suggester.suggest(MEI, "加油", page.next_offset)
    assert [placed.sticker.id for placed in page.placed] == kept[PAGE_SIZE:]


async def test_a_place_is_given_only_to_who_is_still_there(services, cheering, monkeypatch):
    kept, new = await cheering("kept", 60), await cheering("new", 10)
    await services.explorer.load()
    services.explorer.note(kept)
    monkeypatch.setattr(services.suggester._trials, "draw", lambda *_: Lot(place=2, seed=1))
    reading = await services.suggester.read(MEI, "加油", first=PAGE_SIZE)
    assert [ranked.sticker_id for ranked in reading.ranking[:4]] == [*kept[:2], new[0], kept[2]]
    assert reading.stickers[new[0]].pack == "new"
    await services.catalogue.retire_pack("new", "Telegram deleted it.")
    services.shelf.changed()
    reading = await services.suggester.read(MEI, "加油", first=PAGE_SIZE)
    assert [ranked.sticker_id for ranked in reading.ranking[:PAGE_SIZE]] == kept[:PAGE_SIZE]
    assert all(ranked.reason is Reason.SEARCH for ranked in reading.ranking)


async def test_what_somebody_chose_is_popular_in_the_next_answer(services, cheering, choose, monkeypatch):
    monkeypatch.setattr("persrv.suggest.kept.PROMPT_SECONDS", 60.0)  # however busy this machine is
    first, second, *_ = await cheering("kept", 5)
    await choose(MEI, first)
    services.chosen(MEI, first)
    assert (await services.suggester.suggest(ALEX, "")).placed[0].sticker.id == first
    for _ in range(2):
        await choose(MEI, second)
        services.chosen(MEI, second)
    assert (await services.suggester.suggest(ALEX, "")).placed[0].sticker.id == second


@pytest.mark.parametrize("prompt", [0.02, 0.0], ids=["counted at once", "counted beside answers"])
async def test_what_only_a_forgotten_person_chose_is_not_popular(services, cheering, choose, monkeypatch, prompt):
    monkeypatch.setattr("persrv.suggest.kept.PROMPT_SECONDS", prompt)
    first, second, *_ = await cheering("kept", 5)
    await choose(MEI, second)
    services.chosen(MEI, second)
    assert (await services.suggester.suggest(ALEX, "")).placed[0].sticker.id == second
    await services.forget(MEI)
    assert (await services.suggester.suggest(ALEX, "")).placed[0].sticker.id == first


async def test_only_a_catalogue_without_a_live_sticker_is_empty(services, cheering):
    assert (await services.suggester.suggest(MEI, "加油")).catalogue_empty
    await cheering("kept", 1)
    services.packs_changed()
    assert not (await services.suggester.suggest(MEI, "zzqx")).catalogue_empty
    await services.catalogue.retire_pack("kept", "Telegram deleted it.")
    services.packs_changed()
    assert (await services.suggester.suggest(MEI, "zzqx")).catalogue_empty
