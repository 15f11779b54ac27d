"""What scored too high is left out of every answer, and the next best take its place."""

import pytest

from jobs.steps.embed import embed_stickers
from jobs.steps.meaning import learn_meaning
from jobs.steps.preference import learn_styles
from persrv.bootstrap import open_services, utc_now
from persrv.config import Settings
from persrv.domain.semantics import SemanticField
from persrv.domain.work import Made, Maker, Task

MEI, ALEX = 7, 8


async def judge(services, scores):
    made = [Made(sticker, {}, score=score) for sticker, score in scores.items()]
    await services.semantics.save(Task.NSFW, made, maker=Maker("test", "1"), at=utc_now())
    await services.nsfw.refresh()


@pytest.fixture
async def shelf(services, add_pack, picture):
    """Fifteen stickers that say the same; MEI sees all, ALEX what is for everybody."""
    ids = await add_pack("shelf", **{f"s{n:02}": picture(colour=f"#{n:x}{15 - n:x}8") for n in range(15)})
    made = [Made(sticker, {SemanticField.OCR: "加油"}) for sticker in ids.values()]
    await services.semantics.save(Task.OCR, made, maker=Maker("test", "1"), at=utc_now())
    await services.indexer.drain()
    await services.nsfw.switch(MEI, on=True)
    return list(ids.values())


async def asked(services, user, query):
    reading = await services.suggester.read(user, query)
    return [ranked.sticker_id for ranked in reading.ranking]


@pytest.fixture(params=["persrv", "persrv-plus"])
def settings(request, tmp_path) -> Settings:
    return Settings(data_dir=tmp_path / "data", ranking=request.param, recall_size=10)


async def test_an_answer_is_as_long_as_it_was_and_in_the_same_order(services, shelf):
    before = await asked(services, ALEX, "加油")
    assert before == shelf[:10]
    hidden = {shelf[0], shelf[3], shelf[9]}
    await judge(services, {sticker: 0.8 if sticker in hidden else 0.79 for sticker in shelf})
    assert await asked(services, ALEX, "加油") == [sticker for sticker in shelf if sticker not in hidden][:10]
    assert await asked(services, MEI, "加油") == before


async def test_a_set_is_shown_without_them(services, shelf):
    await judge(services, {shelf[2]: 0.99})
    assert await asked(services, ALEX, "shelf") == [sticker for sticker in shelf if sticker != shelf[2]]
    assert await asked(services, MEI, "shelf") == shelf


async def test_nothing_typed_shows_none_of_them_in_any_part(services, shelf, choose):
    for _ in range(3):
        await choose(ALEX, shelf[4])  # most used, popular
    await choose(ALEX, shelf[5])  # recent
    assert (await asked(services, ALEX, ""))[:2] == [shelf[5], shelf[4]]
    await judge(services, {shelf[4]: 0.9, shelf[5]: 0.9, shelf[14]: 0.9})
    assert await asked(services, ALEX, "") == [s for s in shelf if s not in {shelf[4], shelf[5], shelf[14]}]
    await services.nsfw.switch(ALEX, on=True)
    assert (await asked(services, ALEX, ""))[:2] == [shelf[5], shelf[4]]
    assert len(await asked(services, ALEX, "")) == 15


async def test_a_page_served_before_goes_on_without_what_is_hidden_since_and_repeats_nothing(
    services, add_pack, picture
):
    data = picture()
    ids = list((await add_pack("many", **{f"m{n:03}": data for n in range(120)})).values())
    first = await services.suggester.suggest(ALEX, "many")
    await judge(services, dict.fromkeys((ids[3], ids[55], ids[99], ids[100]), 0.9))
    second = await services.suggester.suggest(ALEX, "many", first.next_offset)
    third = await services.suggester.suggest(ALEX, "many", second.next_offset)
    assert [p.sticker.id for p in second.placed] == [s for s in ids[50:100] if s not in {ids[55], ids[99]}]
    assert [p.sticker.id for p in third.placed] == ids[101:]
    assert third.next_offset == ""
    assert [p.position for p in third.placed] == list(range(101, 120))
    again = await services.suggester.suggest(ALEX, "many")
    rest = await services.suggester.suggest(ALEX, "many", again.next_offset)
    whole = [*again.placed, *rest.placed, *(await services.suggester.suggest(ALEX, "many", rest.next_offset)).placed]
    assert [p.sticker.id for p in whole] == [s for s in ids if s not in {ids[3], ids[55], ids[99], ids[100]}]


async def test_switching_off_counts_for_the_next_page_at_once(services, add_pack, picture):
    data = picture()
    ids = list((await add_pack("many", **{f"m{n:03}": data for n in range(60)})).values())
    await judge(services, {ids[0]: 0.9, ids[50]: 0.9})
    await services.nsfw.switch(ALEX, on=True)
    first = await services.suggester.suggest(ALEX, "many")
    assert first.placed[0].sticker.id == ids[0]
    await services.nsfw.switch(ALEX, on=False)
    second = await services.suggester.suggest(ALEX, "many", first.next_offset)
    assert [p.sticker.id for p in second.placed] == ids[51:]
    assert (await services.suggester.suggest(ALEX, "many")).placed[0].sticker.id == ids[1]


async def test_what_is_recalled_by_meaning_by_neighbours_or_by_ones_own_choices_is_hidden_too(
    services, shelf, choose, seen, settings
):
    for person in (MEI, ALEX, 9):
        await choose(person, shelf[6], "好难过啊")
        await choose(person, shelf[7], "好难过啊")
        await choose(person, shelf[7], "晚安")
    await services.indexer.drain()
    await learn_meaning(services, seen)
    await services.serving.refresh()
    await services.warm_up()
    services.chosen(ALEX, shelf[7])
    assert {shelf[6], shelf[7]} <= set(await asked(services, ALEX, "好难过啊"))
    await judge(services, {shelf[6]: 0.9})
    for query in ("好难过啊", "非常难过", "晚安", "加油"):
        assert shelf[6] not in await asked(services, ALEX, query), query
    assert shelf[6] in await asked(services, MEI, "好难过啊")


async def test_the_picture_of_ones_styles_shows_none_of_them(services, shelf, choose, seen):
    for sticker in shelf[:4]:
        await choose(ALEX, sticker)
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await services.serving.refresh()

    async def shown():
        styles = await services.style_teller.tell(ALEX)
        return {sticker.id for style in styles for sticker in (*style.own, *style.others)}

    before = await shown()
    others = sorted(before - set(shelf[:4]))
    assert shelf[0] in before
    assert others
    await judge(services, {shelf[0]: 0.9, others[0]: 0.9})
    after = await shown()
    assert not after & {shelf[0], others[0]}
    assert after
    await services.nsfw.switch(ALEX, on=True)
    assert await shown() == before


async def test_a_restart_knows_what_was_hidden_and_for_whom(services, shelf, settings):
    await judge(services, {shelf[0]: 0.9})
    async with open_services(settings) as after:
        assert shelf[0] not in await asked(after, ALEX, "加油")
        assert shelf[0] in await asked(after, MEI, "加油")
    lower = settings.model_copy(update={"nsfw_limit": 0.95})
    async with open_services(lower) as after:
        assert shelf[0] in await asked(after, ALEX, "加油")
    none = settings.model_copy(update={"nsfw_engine": "none"})
    async with open_services(none) as after:
        assert shelf[0] in await asked(after, ALEX, "加油")
