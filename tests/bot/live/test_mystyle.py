"""/mystyle as a picture, from choices made over HTTP."""

import io

import pytest
from PIL import Image

from jobs.runner import run_job
from persrv.cli.bars import QuietProgress
from persrv.domain.runs import JobName


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉", "👍"], title="Cats"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("4 张")
    finds(mei, "cats", lambda answer: len(answer.stickers) == 4)
    return bot


def learn(bot):
    async def night():
        await run_job(bot.services, JobName.EMBED, QuietProgress())
        await run_job(bot.services, JobName.PREFERENCE, QuietProgress())
        await bot.services.serving.refresh()

    bot.do(night())


def picture_of(page, message):
    return Image.open(io.BytesIO(page.picture(message.photo)))


def test_a_person_sees_their_styles_as_a_picture_with_their_words(filled, page, mei, finds):
    learn(filled)
    answer = finds(mei, "想哭", lambda answer: answer.stickers)
    mei.chooses(answer, 0)
    message = mei.asks("/mystyle")
    assert message.text.startswith("你的风格\n1. 100 %：你为它们输入过 想哭\n\n带圆点")
    picture = picture_of(page, message)
    assert picture.format == "PNG"
    assert picture.width == 1280


def test_the_caption_is_in_the_persons_language(filled, alex, finds):
    learn(filled)
    alex.chooses(finds(alex, "party", lambda answer: answer.stickers), 0)
    assert alex.asks("/mystyle").text.startswith("Your styles\n1. 100 % – typed for: party\n\nDots mark")


def test_words_that_were_typed_for_two_styles_alike_are_left_out(filled, alex, finds):
    learn(filled)
    for place in range(4):
        alex.chooses(finds(alex, "cats", lambda answer: len(answer.stickers) == 4), place)
    lines = alex.asks("/mystyle").text.split("\n")
    assert lines[2].startswith("2. ")
    assert not any("typed for" in line for line in lines)


def test_whoever_types_long_words_for_many_styles_hears_of_their_styles_all_the_same(filled, alex, finds):
    learn(filled)
    cats = finds(alex, "cats", lambda answer: len(answer.stickers) == 4).sticker_ids
    for place, cat in enumerate(cats):
        for number in range(4):
            answer = alex.types(f"cats {place}{number}" + "🐸" * 30)
            alex.chooses(answer, answer.sticker_ids.index(cat))
    lines = alex.asks("/mystyle").text.split("\n")
    assert [line[:2] for line in lines[1:4]] == ["1.", "2.", "3."]
    assert "typed for: cats" in lines[1]


def test_the_caption_says_how_sure_the_bot_is_that_there_is_a_style(filled, alex, finds):
    learn(filled)
    alex.chooses(finds(alex, "party", lambda answer: answer.stickers), 0)
    assert alex.asks("/mystyle").text.endswith(
        "I'm 50 % sure that you have a style of your own; suggestions follow it that far."
    )


def test_who_chooses_from_all_styles_alike_is_told_so(filled, alex, finds, monkeypatch):
    learn(filled)
    alex.chooses(finds(alex, "party", lambda answer: answer.stickers), 0)
    monkeypatch.setattr("persrv.suggest.tastes.style_gate", lambda style, choices: 0.0)
    assert alex.asks("/mystyle").text.endswith("You choose from all styles alike, so suggestions follow none of them.")


def test_before_the_first_night_it_tells_the_sets_in_words(filled, mei, finds):
    mei.chooses(finds(mei, "想哭", lambda answer: answer.stickers), 0)
    message = mei.asks("/mystyle")
    assert message.photo == ""
    assert "Cats – 100 %" in message.text


def test_a_new_person_gets_a_friendly_word(filled, alex):
    learn(filled)
    assert "I don't know your style yet" in alex.asks("/mystyle").text


def test_a_style_whose_files_are_gone_is_told_in_words(filled, mei, finds, settings):
    learn(filled)
    mei.chooses(finds(mei, "想哭", lambda answer: answer.stickers), 0)
    for path in settings.media_dir.rglob("*.webp"):
        path.unlink()
    assert "Cats – 100 %" in mei.asks("/mystyle").text


def test_markup_in_a_persons_words_is_only_text(filled, mei, finds):
    learn(filled)
    answer = finds(mei, "想哭 <b>x</b>", lambda answer: answer.stickers)
    mei.chooses(answer, 0)
    assert "想哭 <b>x</b>" in mei.asks("/mystyle").text
