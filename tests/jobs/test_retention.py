"""The night erases what is past its days."""

from datetime import timedelta

import pytest

from jobs.runner import run_job
from persrv.bootstrap import open_services, utc_now
from persrv.domain.history import Choice, Impression
from persrv.domain.runs import JobName


async def fill(services, sticker_id):
    now = utc_now()
    for number, days in enumerate((0, 9, 11, 400)):
        moment = now - timedelta(days=days)
        shown = Impression(f"{number:016x}", 7, "happyword", (sticker_id,), 1, moment)
        await services.history.record_impressions([shown])
        await services.history.record_choice(Choice(f"1:{number}", 7, sticker_id, f"word{days}x", shown.id, 0, moment))
    await services.indexer.drain()


@pytest.mark.parametrize(
    ("impressions", "choices", "counts"),
    [(0, 0, (0, 0)), (10, 0, (2, 0)), (0, 10, (0, 2)), (365, 365, (1, 1))],
)
async def test_the_settings_say_what_a_night_keeps(
    settings, add_pack, picture, seen, services, impressions, choices, counts
):
    ids = await add_pack("cats", c1=picture())
    await fill(services, ids["c1"])
    days = {"keep_impressions_days": impressions, "keep_choices_days": choices}
    async with open_services(settings.model_copy(update=days)) as night:
        outcome = await run_job(night, JobName.RETENTION, seen)
    erased = outcome.counts[JobName.RETENTION]
    assert (erased["impressions"], erased["choices"]) == counts
    record = await services.history.record_of(7)
    assert (len(record.impressions), len(record.choices)) == (4 - counts[0], 4 - counts[1])


async def test_erased_words_find_nothing_any_more(settings, add_pack, picture, seen, services):
    ids = await add_pack("cats", c1=picture())
    await fill(services, ids["c1"])
    assert (await services.suggester.read(9, "word400x")).ranking
    async with open_services(settings.model_copy(update={"keep_choices_days": 10})) as night:
        await run_job(night, JobName.NIGHTLY, seen)
    await services.indexer.drain()
    assert not (await services.suggester.read(9, "word400x")).ranking
    assert (await services.suggester.read(9, "word9x")).ranking
