import pytest

from jobs.steps import ocr
from jobs.steps.ocr import read_words
from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import MediaState
from persrv.domain.work import Task
from persrv.errors import OcrFailed
from persrv.ports.ocr import OcrLine


class EndOfProcess(BaseException):
    """Stands for whatever ends a process in the middle of its work."""


class Scribe:
    """An engine that says how often it was asked; breaks or ends when it is told to."""

    name, version = "scribe", "1"

    def __init__(self):
        self.asked = 0
        self.closed = False
        self.breaks_at = set()
        self.ends_at = None

    def read(self, frames):
        self.asked += 1
        if self.asked == self.ends_at:
            raise EndOfProcess
        if self.asked in self.breaks_at:
            raise OcrFailed("The engine broke.")
        return (OcrLine("加油", 0.99), OcrLine("go", 0.95))

    def close(self):
        self.closed = True


@pytest.fixture
def scribe(monkeypatch):
    engine = Scribe()
    monkeypatch.setattr(ocr, "ocr_engine", lambda settings: engine)
    return engine


async def text_of(services, sticker_id):
    return {found.field: found.text for found in await services.semantics.known(sticker_id)}.get(SemanticField.OCR)


async def found(services, query):
    await services.indexer.drain()
    return [ranked.sticker_id for ranked in (await services.suggester.read(7, query)).ranking]


async def test_a_sticker_without_an_emoji_is_found_by_the_words_drawn_on_it(services, add_pack, picture, seen):
    ids = await add_pack("cats", c1=picture("加油"), c2=picture("Good night"), c3=picture())
    assert await found(services, "加油") == []
    counts = await read_words(services, seen)
    assert (counts["done"], counts["failed"], counts["changed"]) == (3, 0, 2)
    assert await found(services, "加油") == [ids["c1"]]
    assert await found(services, "good night") == [ids["c2"]]
    (provenance,) = await services.semantics.known(ids["c1"])
    assert provenance.maker.engine == "rapidocr"
    assert 0.7 < provenance.confidence <= 1


async def test_only_new_stickers_are_read(services, add_pack, picture, seen, scribe):
    await add_pack("cats", c1=picture(), c2=picture(colour="blue"))
    await read_words(services, seen)
    assert (scribe.asked, scribe.closed) == (2, True)
    await add_pack("dogs", d1=picture(colour="green"))
    assert (await read_words(services, seen))["done"] == 1
    assert scribe.asked == 3
    assert [total for _, total in seen.steps] == [2, 1]


async def test_another_version_of_the_engine_reads_everything_anew(services, add_pack, picture, seen, scribe):
    await add_pack("cats", c1=picture(), c2=picture(colour="blue"))
    await read_words(services, seen)
    scribe.version = "2"
    assert (await read_words(services, seen))["done"] == 2


async def test_a_sticker_that_breaks_the_engine_is_on_record_and_the_others_are_read(
    services, add_pack, picture, seen, scribe
):
    ids = await add_pack("cats", c1=picture(), c2=picture(colour="blue"), c3=picture(colour="green"))
    scribe.breaks_at = {2}
    counts = await read_words(services, seen)
    assert (counts["done"], counts["failed"]) == (2, 1)
    assert await text_of(services, ids["c3"]) == "加油\ngo"
    (failure,) = await services.semantics.failures(Task.OCR)
    assert (failure.sticker_id, failure.reason, failure.tries) == (ids["c2"], "The engine broke.", 1)
    assert (await read_words(services, seen))["done"] == 1  # the next night tries it again
    assert await services.semantics.failures(Task.OCR) == []


async def test_a_file_that_cannot_be_decoded_leaves_what_was_known(services, add_pack, picture, seen, scribe):
    ids = await add_pack("cats", c1=picture(), c2=picture(colour="blue"))
    await read_words(services, seen)
    sticker = await services.catalogue.sticker_by_identity("c1")
    await services.media.write("c1", sticker.format, b"this is no picture")
    scribe.version = "2"
    assert (await read_words(services, seen))["failed"] == 1
    assert await text_of(services, ids["c1"]) == "加油\ngo"
    (failure,) = await services.semantics.failures(Task.OCR)
    assert failure.sticker_id == ids["c1"]
    assert failure.reason


async def test_a_file_that_is_gone_is_wanted_again(services, add_pack, picture, seen, scribe, settings):
    await add_pack("cats", c1=picture())
    for path in settings.media_dir.rglob("*.webp"):
        path.unlink()
    assert (await read_words(services, seen))["failed"] == 1
    sticker = await services.catalogue.sticker_by_identity("c1")
    assert sticker.media is MediaState.WANTED


async def test_a_run_that_is_cut_off_goes_on_where_it_was(services, add_pack, picture, seen, scribe, monkeypatch):
    monkeypatch.setattr(ocr, "BATCH", 2)
    await add_pack("cats", **{f"c{number}": picture(colour=f"#{number}{number}0") for number in range(6)})
    scribe.ends_at = 4
    with pytest.raises(EndOfProcess):
        await read_words(services, seen)
    assert scribe.asked == 4
    scribe.ends_at = None
    counts = await read_words(services, seen)
    assert counts["done"] == 4  # the batch of two that was on record is not read again
    assert scribe.asked == 8


async def test_without_an_engine_nothing_is_read_and_nothing_forgotten(services, add_pack, picture, seen, scribe):
    ids = await add_pack("cats", c1=picture())
    await read_words(services, seen)
    object.__setattr__(services, "settings", services.settings.model_copy(update={"ocr_engine": "none"}))
    assert await read_words(services, seen) == {}
    assert await text_of(services, ids["c1"]) == "加油\ngo"
