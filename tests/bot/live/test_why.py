"""/why in the private chat: what the bot knows of a sticker, in English and Chinese."""

from datetime import UTC, datetime

import pytest

from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import StickerFormat
from persrv.domain.work import Made, Maker, Task

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RAPID = Maker("rapidocr", "3.10")


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Ten_by_test", ["😀", "👍", "🎉"], title="Ten <b>Faces"))
    mei.writes("/addset Ten_by_test")
    mei.waits_for("3 张")
    finds(mei, "😀", lambda answer: answer.stickers)
    return bot


def identity(world, place=0, name="Ten_by_test"):
    return world.sets.named(name).stickers[place].file.unique_id


def asks_why(person, sticker):
    sent = person.sends_sticker(sticker)
    person.waits_for(lambda message: message.from_bot, after=sent)  # its set is here already
    return replies_why(person, sent)


def replies_why(person, message):
    asked = person.writes("/why", reply_to=message.id)
    return person.waits_for(lambda one: one.from_bot and one.id > asked.id).text


def learn(bot, unique_id, texts, *, maker=RAPID, confidence=None, task=Task.OCR):
    async def save():
        sticker = await bot.services.catalogue.sticker_by_identity(unique_id)
        await bot.services.semantics.save(task, [Made(sticker.id, texts, confidence)], maker=maker, at=NOW)

    bot.do(save())


def test_without_a_reply_it_explains_how(filled, mei, alex):
    assert "Reply /why to a sticker" in alex.asks("/why").text
    assert "用 /why 回复一张贴纸" in mei.asks("/why").text


def test_a_reply_to_something_else_than_a_sticker_explains_how_too(filled, alex):
    hello = alex.asks("/start")
    assert "Reply /why to a sticker" in replies_why(alex, hello)


def test_it_tells_emoji_pack_words_captions_and_searches_with_their_sources(filled, world, mei, alex):
    unique_id = identity(world, 2)
    alex.chooses(alex.types("party"), 0)
    mei.chooses(mei.types("party"), 0)
    alex.chooses(alex.types("Ten b faces"), 2)
    learn(filled, unique_id, {SemanticField.OCR: "<b>耶!</b>"}, confidence=0.934)
    captions = {SemanticField.KEYWORDS: "party, cheer", SemanticField.EMOTIONS: "joy"}
    learn(filled, unique_id, captions, maker=Maker("llava", "1.5"), task=Task.CAPTION)
    text = asks_why(alex, unique_id)
    assert "🎉 – party popper, " in text
    assert "Set: Ten <b>Faces" in text
    assert "It says: <b>耶!</b> (rapidocr, 93 % sure)" in text
    assert "Keywords: party, cheer (llava)" in text
    assert "It feels: joy (llava)" in text
    assert "It shows" not in text
    assert "“party” (2), “Ten b faces” (1)" in text
    assert "have not looked" not in text

    chinese = asks_why(mei, unique_id)
    assert "🎉 – 拉炮彩带、" in chinese
    assert "写着：<b>耶!</b> （rapidocr，把握 93 %）" in chinese
    assert "“party”（2 人）" in chinese


def test_whoever_types_much_for_a_sticker_leaves_room_for_what_else_is_known_of_it(filled, world, alex):
    unique_id = identity(world, 2)
    for number in range(5):
        answer = alex.types("party" + "🎉" * 240 + str(number))
        alex.chooses(answer, answer.sticker_ids.index(unique_id))
    long = "beer " * 100
    texts = {SemanticField.KEYWORDS: long, SemanticField.DESCRIPTION: long, SemanticField.EMOTIONS: long}
    learn(filled, unique_id, texts, maker=Maker("llava", "1.5"), task=Task.CAPTION)
    learn(filled, unique_id, {SemanticField.OCR: long})
    text = asks_why(alex, unique_id)
    assert text.count("“party🎉") == 5
    assert "🎉…” (1)" in text


def test_a_sticker_that_came_through_an_inline_answer_is_explained_and_adds_no_set(filled, alex):
    sent = alex.chooses(alex.types("赞"), 0, chat=alex.id)
    assert sent.via_bot
    text = replies_why(alex, sent)
    assert text.startswith("What I know of this sticker")
    assert "👍" in text


def test_one_that_nobody_has_looked_at_or_chosen_says_so(filled, world, alex):
    text = asks_why(alex, identity(world, 1))
    assert "have not looked at its picture" in text
    assert "Nobody has chosen it" in text


def test_a_stage_that_failed_says_why(filled, world, alex):
    unique_id = identity(world)

    async def fail():
        sticker = await filled.services.catalogue.sticker_by_identity(unique_id)
        await filled.services.semantics.note_failures(
            Task.CAPTION, {sticker.id: "The model <refuses>."}, maker=Maker("llava", "1.5"), at=NOW
        )

    filled.do(fail())
    assert "could not be described: The model <refuses>." in asks_why(alex, unique_id)


def test_an_unknown_sticker_tells_how_to_add_its_set(filled, world, make_pack, alex):
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    # In a group the bot sees no stickers; here it is asked before its set has been fetched.
    world.fail_next("getStickerSet", 500, "Internal Server Error", times=50)
    sent = alex.sends_sticker(identity(world, 0, "Cats_by_test"))
    alex.writes("/why", reply_to=sent.id)
    answer = alex.waits_for(lambda one: one.from_bot and "know this sticker" in one.text)
    assert "don't know this sticker yet" in answer.text
    assert "t.me/addstickers/Cats_by_test" in answer.text


def test_an_unknown_sticker_without_a_set_says_that_it_cannot_be_added(filled, world, alex, mei):
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGBA", (512, 512), (1, 2, 3, 255)).save(out, "WEBP", lossless=True)
    lone = world.sets.upload(out.getvalue(), StickerFormat.STATIC, "🗿", (512, 512))
    assert "belongs to no set, so I can't add it" in asks_why(alex, lone.file.unique_id)
    assert "不属于任何贴纸包" in asks_why(mei, lone.file.unique_id)


def test_a_damaged_file_says_why_it_could_not_be_read(bot, world, tmp_path, make_pack, alex):
    from bot.sandbox.packs.model import SamplePack, SampleSticker

    path = tmp_path / "broken.webp"
    path.write_bytes(b"RIFF....WEBP no picture")
    stickers = (SampleSticker(path, StickerFormat.STATIC, "💔", 64, 64),)
    world.add_pack(SamplePack("Broken_by_test", "Broken", stickers, "drawn by the tests"))
    sent = alex.sends_sticker(identity(world, 0, "Broken_by_test"))
    alex.waits_for("is here")
    text = replies_why(alex, sent)
    assert "could not be read, so it is found by emoji and set only: The file" in text
    assert "have not looked" not in text


def test_a_sticker_that_left_its_set_is_said_to_be_suggested_no_longer(filled, world, make_pack, mei, alex, finds):
    gone = identity(world, 2)
    sent = alex.sends_sticker(gone)
    alex.waits_for("nothing new", after=sent)  # the look at its set is over, which would bring the set back

    async def retire():
        await filled.services.catalogue.retire_pack("Ten_by_test", "gone")

    filled.do(retire())
    assert "suggested no longer" in replies_why(alex, sent)


def test_long_captions_fit_into_one_message(filled, world, alex):
    unique_id = identity(world)
    endless = dict.fromkeys((SemanticField.KEYWORDS, SemanticField.DESCRIPTION), "很长 " * 900)
    learn(filled, unique_id, endless, maker=Maker("llava", "1.5"), task=Task.CAPTION)
    text = asks_why(alex, unique_id)
    assert "It shows: 很长 很长" in text
    assert text.count("…") == 2
