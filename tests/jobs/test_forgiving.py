"""Words that nobody used are read as what they sound or look like, by the bot's own suggester."""

import asyncio
import json
import logging

import pytest
from typer.testing import CliRunner

from jobs.steps.meaning import learn_meaning
from persrv.bootstrap import open_services, utc_now
from persrv.cli.main import app
from persrv.config import environment_of
from persrv.domain.semantics import SemanticField
from persrv.domain.work import Made, Maker, Task
from persrv.suggest.recall_arrays import WORD_COUNTS


@pytest.fixture
async def shelf(services, add_pack, picture):
    """Stickers that say something; the bot has learnt which words there are."""
    says = {"happy": "开心", "night": "晚安", "birthday": "生日快乐", "work": "加油", "english": "good night"}
    ids = await add_pack("shelf", **{name: picture(colour=f"#{n}a{n}") for n, name in enumerate(says)})
    made = [Made(ids[name], {SemanticField.OCR: text}) for name, text in says.items()]
    await services.semantics.save(Task.OCR, made, maker=Maker("test", "1"), at=utc_now())
    return ids


async def learn(services, seen):
    await services.indexer.drain()
    await learn_meaning(services, seen)
    await services.serving.refresh()
    await services.warm_up()


@pytest.mark.parametrize(
    ("typed", "meant", "wanted"),
    [
        ("kaixin", "开心", "happy"),
        ("开薪", "开心", "happy"),
        ("shengrik", "生日快乐", "birthday"),
        ("晚按", "晚安", "night"),
        ("god night", "good night", "english"),
    ],
)
async def test_a_mistyped_word_finds_the_sticker_and_the_reading_is_told(services, shelf, seen, typed, meant, wanted):
    await learn(services, seen)
    reading = await services.suggester.read(99, typed)
    assert reading.meant[0] == meant
    assert reading.ranking[0].sticker_id == shelf[wanted]
    best = reading.ranking[0]
    assert sum(best.by_field.values()) + best.utility + sum(best.beyond.values()) == pytest.approx(best.recall)
    assert best.recall * best.factor == pytest.approx(best.score)


@pytest.mark.parametrize("typed", ["开心", "good night", "GOOD night", "晚安", "🎉", ""])
async def test_who_types_well_is_taken_at_their_word(services, shelf, seen, typed):
    await learn(services, seen)
    assert (await services.suggester.read(99, typed)).meant == ()


# The second is too long to be a word of its own: that it was chosen for is all that tells it from a slip.
@pytest.mark.parametrize("typed", ["kaixin", "我今天真的是非常非常开薪呀"])
async def test_a_query_that_somebody_chose_something_for_is_taken_as_it_is(services, shelf, seen, choose, typed):
    await learn(services, seen)
    assert "开心" in (await services.suggester.read(99, typed)).meant[0]
    await choose(1, shelf["work"], typed)
    await learn(services, seen)
    reading = await services.suggester.read(99, typed)
    assert reading.meant == ()
    assert reading.ranking[0].sticker_id == shelf["work"]


async def test_nobody_reads_in_a_guess_what_one_person_alone_typed(services, shelf, seen, choose):
    await choose(1, shelf["work"], "passphrase")
    await learn(services, seen)
    assert (await services.suggester.read(99, "pasphrase")).meant == ()
    await choose(2, shelf["work"], "passphrase")
    await learn(services, seen)
    assert (await services.suggester.read(99, "pasphrase")).meant == ("passphrase",)


async def test_it_can_be_switched_off_and_the_papers_ranking_never_guesses(settings, services, shelf, seen):
    await learn(services, seen)
    for off in ({"forgiving": False}, {"ranking": "persrv"}):
        async with open_services(settings.model_copy(update=off)) as strict:
            reading = await strict.suggester.read(99, "kaixin")
            assert reading.meant == ()
            assert shelf["happy"] not in [place.sticker_id for place in reading.ranking if place.by_field]


async def test_words_that_cannot_be_read_step_aside_and_the_answer_still_comes(services, shelf, seen, caplog):
    await learn(services, seen)
    arrays = dict(services.artefacts.current().arrays)
    services.artefacts.publish({WORD_COUNTS: arrays[WORD_COUNTS][:-1]}, {"words_id": "other"})
    with caplog.at_level(logging.WARNING):
        await services.serving.refresh()
    assert "taken as they are typed" in caplog.text
    (told,) = services.aside
    assert told in caplog.text
    assert (await services.suggester.read(99, "kaixin")).meant == ()
    assert (await services.suggester.read(99, "开心")).ranking[0].sticker_id == shelf["happy"]


async def test_the_command_line_tells_what_was_perhaps_meant(settings, services, shelf, seen):
    await learn(services, seen)

    async def search(*options):
        arguments = ["search", "kaixin", *options]
        return (await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment_of(settings))).stdout

    assert json.loads(await search("--json"))["meant"] == ["开心"]
    assert "perhaps meant: 开心" in await search()
