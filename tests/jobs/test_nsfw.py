"""The step that scores, with the real model on drawn stickers and with an engine that breaks on command."""

import io

import pytest
from PIL import Image

from jobs.runner import run_job
from jobs.steps import nsfw
from jobs.steps.nsfw import score_nsfw
from persrv.domain.runs import JobName
from persrv.domain.stickers import StickerFormat
from persrv.domain.work import Task
from persrv.errors import NsfwFailed


class EndOfProcess(BaseException):
    """Stands for whatever ends a process in the middle of its work."""


class Judge:
    """An engine that gives 0.9, and breaks or ends when it is told to."""

    name, version = "judge", "1"

    def __init__(self):
        self.asked = 0
        self.closed = False
        self.breaks_at = set()
        self.ends_at = None

    def score(self, frames):
        self.asked += 1
        if self.asked == self.ends_at:
            raise EndOfProcess
        if self.asked in self.breaks_at:
            raise NsfwFailed("The engine broke.")
        return 0.9

    def close(self):
        self.closed = True


@pytest.fixture
def judge(monkeypatch):
    engine = Judge()
    monkeypatch.setattr(nsfw, "nsfw_engine", lambda settings: engine)
    return engine


async def scores(services, ids):
    found = await services.nsfw_scores.scores(list(ids.values()))
    return {name: found[sticker].score for name, sticker in ids.items() if sticker in found}


async def test_every_drawn_sticker_has_a_low_score_and_is_shown(services, add_pack, picture, seen):
    ids = await add_pack("cats", c1=picture("加油"), c2=picture(colour="#fcb", soft=True), c3=picture(colour="#36c"))
    counts = await score_nsfw(services, seen)
    assert (counts["done"], counts["failed"]) == (3, 0)
    found = await services.nsfw_scores.scores(list(ids.values()))
    assert {known.maker.engine for known in found.values()} == {"opennsfw"}
    assert all(0 < known.score < 0.2 for known in found.values())
    assert not await services.nsfw.refresh()
    assert len(services.nsfw.hidden_from(7)) == 0


async def test_the_worst_frame_of_an_animated_sticker_counts(services, picture, seen, add_pack):
    colours = ("#36c", "#fcb", "#3a7")
    still = {f"s{n}": picture(colour=colour, soft=True) for n, colour in enumerate(colours)}
    ids = await add_pack("still", **still)
    frames = [Image.open(io.BytesIO(data)) for data in still.values()]
    film = io.BytesIO()
    frames[0].save(film, "WEBP", save_all=True, append_images=frames[1:], duration=300, lossless=True)
    ids |= await add_pack("film", film=film.getvalue())
    await score_nsfw(services, seen)
    found = await scores(services, ids)
    worst = max(found[name] for name in still)
    assert worst > 1.5 * min(found[name] for name in still)
    assert found["film"] == pytest.approx(worst, rel=0.2)


async def test_only_new_stickers_are_scored(services, add_pack, picture, seen, judge):
    await add_pack("cats", c1=picture(), c2=picture(colour="blue"))
    await score_nsfw(services, seen)
    assert (judge.asked, judge.closed) == (2, True)
    await add_pack("dogs", d1=picture(colour="green"))
    assert (await score_nsfw(services, seen))["done"] == 1
    assert [total for _, total in seen.steps] == [2, 1]
    judge.version = "2"
    assert (await score_nsfw(services, seen))["done"] == 3


async def test_a_sticker_that_breaks_the_engine_is_on_record_and_the_others_are_scored(
    services, add_pack, picture, seen, judge
):
    ids = await add_pack("cats", c1=picture(), c2=picture(colour="blue"), c3=picture(colour="green"))
    judge.breaks_at = {2}
    counts = await score_nsfw(services, seen)
    assert (counts["done"], counts["failed"]) == (2, 1)
    assert await scores(services, ids) == {"c1": 0.9, "c3": 0.9}
    (failure,) = await services.semantics.failures(Task.NSFW)
    assert (failure.sticker_id, failure.reason, failure.tries) == (ids["c2"], "The engine broke.", 1)
    assert (await score_nsfw(services, seen))["done"] == 1  # the next night tries it again
    assert await services.semantics.failures(Task.NSFW) == []


async def test_a_file_that_cannot_be_decoded_keeps_the_score_that_was_known(services, add_pack, picture, seen, judge):
    ids = await add_pack("cats", c1=picture())
    await score_nsfw(services, seen)
    await services.media.write("c1", StickerFormat.STATIC, b"this is no picture")
    judge.version = "2"
    assert (await score_nsfw(services, seen))["failed"] == 1
    assert await scores(services, ids) == {"c1": 0.9}


async def test_a_run_that_is_cut_off_goes_on_where_it_was(services, add_pack, picture, seen, judge, monkeypatch):
    monkeypatch.setattr(nsfw, "BATCH", 2)
    ids = await add_pack("cats", **{f"c{number}": picture(colour=f"#{number}{number}0") for number in range(6)})
    judge.ends_at = 4
    with pytest.raises(EndOfProcess):
        await score_nsfw(services, seen)
    assert await scores(services, ids) == {"c0": 0.9, "c1": 0.9}
    judge.ends_at = None
    assert (await score_nsfw(services, seen))["done"] == 4
    assert len(await scores(services, ids)) == 6


async def test_without_an_engine_nothing_is_scored_and_nothing_forgotten(services, add_pack, picture, seen, judge):
    ids = await add_pack("cats", c1=picture())
    await score_nsfw(services, seen)
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(nsfw, "nsfw_engine", lambda settings: None)
        assert await score_nsfw(services, seen) == {}
    assert await scores(services, ids) == {"c1": 0.9}


async def test_the_work_on_new_stickers_scores_them_first(services, add_pack, picture, seen, judge):
    await add_pack("cats", c1=picture())
    outcome = await run_job(services, JobName.NEW, seen)
    assert next(iter(outcome.counts)) is JobName.NSFW
    assert outcome.counts[JobName.NSFW]["done"] == 1
