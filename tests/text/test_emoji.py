"""Emoji in a text, and the words that find them."""

import pytest

from persrv.text import emoji_words, find_emoji, tokenise, tokenise_characters


def test_emoji_are_found_in_order_and_whole():
    scotland = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    text = f"a😂b👩🏽\u200d🚀❤\ufe0f🇨🇳1\ufe0f\u20e3{scotland}😂"
    assert find_emoji(text) == (
        "😂",
        "👩\u200d🚀",
        "❤",
        "🇨🇳",
        "1\u20e3",
        scotland,
        "😂",
    )


@pytest.mark.parametrize("text", ["", "abc 笑 123 #*", "★ → ♪ ∞", "!?", "🇨", "\u200d", "🏽"])
def test_text_and_symbols_are_no_emoji(text: str):
    assert find_emoji(text) == ()


def test_an_emoji_newer_than_the_table_is_still_a_token():
    unassigned = "\U0001faff"
    assert tokenise(unassigned, expand_emoji=True) == (unassigned,)
    assert emoji_words(unassigned) == ()


def test_names_come_before_keywords_each_once():
    words = emoji_words("👍")
    assert words[:2] == ("拇指向上", "thumbs up")
    assert {"赞", "like", "good", "同意"} <= set(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("spelling", ["❤\ufe0f", "❤\ufe0e", " ❤ "])
def test_every_spelling_of_an_emoji_has_its_words(spelling: str):
    assert emoji_words(spelling) == emoji_words("❤") != ()


def test_a_skin_tone_changes_no_words():
    assert emoji_words("👍🏿") == emoji_words("👍")
    assert emoji_words("👩🏻\u200d🤝\u200d👨🏿") == emoji_words("👫")


@pytest.mark.parametrize("text", ["", "x", "笑", "😂😂", "★", "🇽🇽"])
def test_what_is_not_one_known_emoji_has_no_words(text: str):
    assert emoji_words(text) == ()


EVERYDAY = """
赞 👍, 点赞 👍, 讚 👍, 派对 🎉, 派對 🎉, 庆祝 🎉, party 🎉, 生日快乐 🎂,
birthday 🎂, 笑 😂, 笑哭 😂, joy 😂, LOL 😂, 哭 😭, cry 😭, 爱 ❤,
love ❤, 亲亲 😘, kiss 😘, 生气 😡, angry 😡, 伤心 😢, sad 😢, 高兴 😀,
happy 😀, 害怕 😱, scared 😱, 无语 😑, 晚安 😴, sleep 😴, 你好 👋, hello 👋,
再见 👋, bye 👋, 谢谢 🙏, thanks 🙏, 拜托 🙏, strong 💪, 火 🔥, lit 🔥,
狗 🐶, dog 🐶, 猫 🐱, cat 🐱, 好吃 😋, 干杯 🍻, cheers 🍻, 咖啡 ☕,
coffee ☕, 害羞 😊, cool 😎, 思考 🤔, 抱抱 🤗, hug 🤗, 礼物 🎁, gift 🎁,
圣诞 🎄, 心碎 💔, ok 👌, 便便 💩, poop 💩, 捂脸 🤦, facepalm 🤦, shrug 🤷,
鼓掌 👏, wow 😮, 翻白眼 🙄, 可爱 🥰, 中国 🇨🇳, Japan 🇯🇵, 红包 🧧, 跳舞 💃
"""


@pytest.mark.parametrize(("query", "emoji"), [pair.split() for pair in EVERYDAY.split(",")])
def test_an_everyday_word_finds_its_emoji(query: str, emoji: str):
    assert set(tokenise(query)) & set(tokenise(emoji, expand_emoji=True))


def test_an_emoji_is_followed_by_its_words_the_first_time():
    tokens = tokenise("好🎉🎉", expand_emoji=True)
    assert tokens[:2] == ("好", "🎉")
    assert tokens[-1] == "🎉"
    words = tokens[2:-1]
    assert {"庆祝", "派对", "party", "tada"} <= set(words)
    assert len(set(words)) == len(words)


def test_words_that_say_nothing_are_left_out():
    assert not {"with", "of"} & set(tokenise("😂", expand_emoji=True))
    assert tokenise("with") == ("with",)


def test_an_unknown_joined_emoji_has_the_words_of_its_parts():
    tokens = tokenise("🐱\u200d🎉", expand_emoji=True)
    assert tokens[0] == "🐱\u200d🎉"
    assert {"猫", "派对"} <= set(tokens)


def test_the_papers_variant_has_no_word_of_two_characters_for_an_emoji():
    assert {"庆", "祝"} <= set(tokenise_characters("🎉", expand_emoji=True))
    assert "庆祝" not in tokenise_characters("🎉", expand_emoji=True)
