"""Tokens, the same for the index and the query."""

import timeit
from pathlib import Path

import jieba
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from persrv.text import MAX_TOKEN_CHARACTERS, normalise, tokenise, tokenise_characters, warm_up


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    warm_up(None)


ANYTHING = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("想哭的時候开心abcé'’1٣\u20e3\u200d\ufe0f👩❤🇨🇳かなカー한글สวัनम \u3000-_!？。\ud800\u0301"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("想哭的时候", ("想", "哭", "的", "时候", "时", "候")),
        ("笑", ("笑",)),
        ("我要咖啡", ("我", "要", "咖啡", "咖", "啡")),
        ("生日快乐", ("生日", "快乐", "生日快乐", "生", "日", "快", "乐")),
        ("笑cry笑", ("笑", "cry", "cri", "笑")),
        ("Don't STOP", ("dont", "stop")),
        ("don’t 'quote'", ("dont", "quote", "quot")),
        ("Café Ångström Øl Łódź", ("cafe", "angstrom", "ol", "lodz")),
        ("ёлка", ("елка",)),
        ("good_morning-all", ("good", "morning", "morn", "all")),
        ("crying Happiness", ("crying", "cri", "happiness", "happi")),
        ("mp3 3.14 ２３３", ("mp3", "3", "14", "233")),
        ("٣٤", ("34",)),
        ("مَرْحَبًا", ("مرحبا",)),
        ("नमस्ते दुनिया", ("नमस्ते", "दुनिया")),
        ("ねこ", ("ねこ",)),
        ("ありがと", ("ありがと", "あり", "りが", "がと")),
        ("ﾈｺ猫", ("ネコ", "猫")),
        ("감사 합니다", ("감사", "합니다", "합니", "니다")),
        ("😂笑", ("😂", "笑")),
        ("😂😂", ("😂", "😂")),
        ("👍🏿👍", ("👍", "👍")),
        ("🇨🇳🇯🇵", ("🇨🇳", "🇯🇵")),
        ("1\ufe0f\u20e32", ("1\u20e3", "2")),
        ("abc1\u20e3", ("abc", "1\u20e3")),
        ("❤\ufe0f\u200d🔥", ("❤\u200d🔥",)),
        ("👩🏻\u200d🤝\u200d👩🏿", ("👭",)),
        ("🤷🏻\u200d♀\ufe0f", ("🤷\u200d♀", "🤷")),
        ("𠮷", ("𠮷",)),
    ],
)
def test_a_text_gives_these_tokens(text: str, expected: tuple[str, ...]):
    assert tokenise(text) == expected


@pytest.mark.parametrize(
    "text", ["", "???", "...", "？！。，", " \t\n", "'", "_", "ーー", "\u0301", "\ud800", "🏽", "\u200d"]
)
def test_punctuation_and_blanks_give_no_token(text: str):
    assert tokenise(text) == ()
    assert tokenise_characters(text) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("想哭的時候", "想哭的时候"),
        ("HAPPY", "ｈａｐｐｙ"),
        ("☺\ufe0f", "☺"),
        ("naïve", "nai\u0308ve"),
        ("can't", "cant"),
        ("👋🏻", "👋"),
        ("謝謝🙏🏽", "谢谢🙏"),
        ("hello\u200bworld", "helloworld"),
    ],
)
def test_spellings_of_one_thing_give_the_same_tokens(one: str, other: str):
    assert tokenise(one) == tokenise(other) != ()


def test_the_papers_variant_has_single_characters_alone():
    assert tokenise_characters("生日快樂 Happy 🎂") == ("生", "日", "快", "乐", "happy", "🎂")  # and no stems


def test_a_query_of_one_character_meets_every_word_that_has_it():
    assert set(tokenise("赞")) <= set(tokenise("点赞"))
    assert set(tokenise("生日")) <= set(tokenise("祝你生日快乐"))


@pytest.mark.parametrize("word", ["cry", "cries", "crying", "cried"])
def test_forms_of_an_english_word_meet_and_the_form_that_was_typed_meets_twice(word: str):
    for other in ("cry", "cries", "crying", "cried"):
        common = set(tokenise(word)) & set(tokenise(other))
        assert common == {word, "cri"} if word == other else common == {"cri"}


def test_words_are_those_of_jiebas_search_mode(tmp_path: Path):
    theirs = jieba.Tokenizer()
    theirs.tmp_dir = str(tmp_path)
    for text in (
        "中华人民共和国万岁",
        "我来到北京清华大学",
        "今天下班以后想去吃火锅",
        "哈哈哈哈哈",
        "南京市长江大桥",
    ):
        words = [word for word in theirs.cut_for_search(text, HMM=False) if len(word) > 1]
        ours = [token for token in tokenise(text) if len(token) > 1]
        assert ours == words
        assert [token for token in tokenise(text) if len(token) == 1] == list(text)


@settings(max_examples=400, deadline=None)
@given(ANYTHING, st.booleans())
@example("\u0130\ud800\u202e'’'", False)
def test_any_text_gives_sound_tokens(text: str, expand: bool):
    tokens = tokenise(text, expand_emoji=expand)
    assert tokens == tokenise(normalise(text), expand_emoji=expand)
    for token in tokens:
        assert 0 < len(token) <= MAX_TOKEN_CHARACTERS
        assert not any(character.isspace() for character in token)
        token.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(categories=["L", "Nd", "Po", "Zs"]), max_size=30))
def test_a_word_asked_for_alone_is_found_again(text: str):
    """Index and query agree: a token of a text, asked for by itself, gives a token of that text."""
    tokens = set(tokenise(text))
    for token in tokens:
        assert set(tokenise(token)) & tokens


@pytest.mark.parametrize("text", ["a" * 10_000, "笑" * 10_000, "a'" * 5_000, "😂\u200d" * 5_000, "ก" * 10_000])
def test_a_monstrous_text_gives_bounded_tokens_in_bounded_time(text: str):
    tokens = []
    seconds = timeit.timeit(lambda: tokens.extend(tokenise(text)), number=1)
    assert max(map(len, tokens)) <= MAX_TOKEN_CHARACTERS
    assert seconds < 2


def test_256_different_characters_are_one_query():
    text = "".join(chr(0x4E00 + 7 * i) for i in range(256))
    assert len([token for token in tokenise(text) if len(token) == 1]) == 256


def test_a_query_is_tokenised_in_far_less_than_a_key_press():
    """Measured: 30 µs for five characters, 1 ms for 256; the limits leave room for a busy machine."""
    short = min(timeit.repeat(lambda: tokenise("想哭的时候"), number=200, repeat=5)) / 200
    long = min(timeit.repeat(lambda: tokenise("我今天真的非常想哭因为考试又没有及格了" * 14), number=3, repeat=5)) / 3
    assert short < 0.0005
    assert long < 0.03
