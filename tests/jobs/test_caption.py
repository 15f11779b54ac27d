import pytest

from jobs.steps import caption
from jobs.steps.caption import caption_stickers
from persrv.domain.semantics import SemanticField
from persrv.domain.work import Task
from persrv.errors import CaptionUnavailable
from persrv.ports.captioner import Caption, CaptionFailure


class Model:
    """A captioner that says what it is told to."""

    name, version = "model", "1"

    def __init__(self):
        self.says = [Caption("笑死", "A cat laughs.", "joy", "raw", parsed=True)]
        self.images = []
        self.closed = False

    async def caption(self, images):
        self.images += list(images)
        if isinstance(self.says, Exception):
            raise self.says
        return [self.says[number % len(self.says)] for number, _ in enumerate(images)]

    async def close(self):
        self.closed = True


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"caption_engine": "openai"})


@pytest.fixture
def model(monkeypatch):
    made = Model()
    monkeypatch.setattr(caption, "captioner", lambda settings: made)
    return made


async def texts(services, sticker_id):
    return {found.field: found.text for found in await services.semantics.known(sticker_id)}


async def test_captions_are_kept_and_searched(services, add_pack, picture, seen, model):
    ids = await add_pack("cats", c1=picture())
    assert (await caption_stickers(services, seen))["done"] == 1
    assert await texts(services, ids["c1"]) == {
        SemanticField.KEYWORDS: "笑死",
        SemanticField.DESCRIPTION: "A cat laughs.",
        SemanticField.EMOTIONS: "joy",
    }
    await services.indexer.drain()
    for query in ("笑死", "laughs", "joy"):
        reading = await services.suggester.read(7, query)
        assert [ranked.sticker_id for ranked in reading.ranking] == [ids["c1"]]
    assert model.images[0].shape == (512, 512, 4)
    assert model.closed


async def test_an_answer_without_the_format_is_kept_and_counted(services, add_pack, picture, seen, model):
    ids = await add_pack("cats", c1=picture())
    model.says = [Caption("", "just some words", "", "just some words", parsed=False)]
    counts = await caption_stickers(services, seen)
    assert (counts["done"], counts["unparsed"]) == (1, 1)
    assert await texts(services, ids["c1"]) == {SemanticField.DESCRIPTION: "just some words"}


async def test_a_picture_that_fails_does_not_fail_the_others(services, add_pack, picture, seen, model):
    await add_pack("cats", c1=picture(), c2=picture(colour="blue"))
    model.says = [CaptionFailure("The server refused the picture."), *model.says]
    counts = await caption_stickers(services, seen)
    assert (counts["done"], counts["failed"]) == (1, 1)
    (failure,) = await services.semantics.failures(Task.CAPTION)
    assert failure.reason == "The server refused the picture."


async def test_an_endpoint_that_is_down_costs_no_sticker_a_try_and_forgets_nothing(
    services, add_pack, picture, seen, model
):
    ids = await add_pack("cats", c1=picture())
    await caption_stickers(services, seen)
    model.version, model.says = "2", CaptionUnavailable("The server is down.")
    with pytest.raises(CaptionUnavailable):
        await caption_stickers(services, seen)
    assert await services.semantics.failures(Task.CAPTION) == []
    assert (await texts(services, ids["c1"]))[SemanticField.KEYWORDS] == "笑死"
