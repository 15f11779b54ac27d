"""The one form of a text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persrv.text import MAX_CHARACTERS, normalise

# What makes rules meet: joiners, selectors, tones, flags, tags, jamo, what folds, what converts.
TRICKY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "\u200d\ufe0f\ufe0e\u20e3\u202e\u2066\ufeff\u00ad\u0301\u0345\u1160\ud800\udfff"
            "\U0001f3fd\U000e0067\U000e007f"
            "👩👨❤🏴🇨🇳🇺Ⓜ™‼㊗🈶乾隆後后髮発薴苧麼著甚么隻İßΣςǅﬁﷺﾊﾞｶー가가１1#*'’ \u3000\t\n\x00\x85\u2028"
        ),
        st.characters(),
        st.characters(categories=["Cs", "Cf", "Cc", "Mn"]),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Happy BIRTHDAY", "happy birthday"),
        ("  a\t\n b\u3000c \u2028", "a b c"),
        ("ＨＥＬＬＯ１２３！", "hello123!"),
        ("Straße", "strasse"),
        ("ΣΟΦΟΣ", "σοφοσ"),
        ("cafe\u0301", "caf\u00e9"),
        ("ﾊﾟﾝﾀﾞ", "パンダ"),
        ("想哭的時候", "想哭的时候"),
        ("乾隆乾杯", "乾隆干杯"),
        ("頭髮 後來", "头发 后来"),
        ("❤\ufe0f", "❤"),
        ("❤\ufe0e", "❤"),
        ("👍🏽", "👍"),
        ("👩🏾\u200d🚀", "👩\u200d🚀"),
        ("🏳\ufe0f\u200d🌈", "🏳\u200d🌈"),
        ("a\u200db", "ab"),
        ("👩\u200d", "👩"),
        ("\u202eabc\u202c\u200b\u2060\ufeff", "abc"),
        ("a\x00b\x07c\x1b[0m", "abc[0m"),
        ("\ud83d笑\ude02", "笑"),
        ("Ⓜ 🈶 ㊗ ‼", "Ⓜ 🈶 ㊗ ‼"),
        ("\u3164", ""),
        ("", ""),
        ("مرحبا", "مرحبا"),
    ],
)
def test_what_looks_the_same_is_the_same(text: str, expected: str):
    assert normalise(text) == expected


def test_a_joined_emoji_and_a_regions_flag_stay_whole():
    family = "👩\u200d👩\u200d👧"
    england = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert normalise(family + england) == family + england


def test_tags_without_a_flag_are_dropped():
    assert normalise("hi\U000e0068\U000e0069\U000e007f") == "hi"


@settings(max_examples=400, deadline=None)
@given(TRICKY)
def test_normalising_twice_changes_nothing(text: str):
    once = normalise(text)
    assert normalise(once) == once


def test_normalising_twice_changes_no_single_character():
    for code_point in range(0, 0x30000):
        once = normalise(chr(code_point))
        assert normalise(once) == once, hex(code_point)


@settings(max_examples=300, deadline=None)
@given(TRICKY)
def test_nothing_invisible_is_left(text: str):
    normal = normalise(text)
    normal.encode("utf-8")  # no lone surrogate
    left = {c for c in normal if unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    assert all(c == "\u200d" or 0xE0020 <= ord(c) <= 0xE007F for c in left)
    assert normal == " ".join(normal.split())
    assert "\ufe0f" not in normal


@given(st.text(alphabet=st.characters(max_codepoint=0x17F)))
def test_case_and_width_do_not_matter(text: str):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert normalise(wide) == normalise(text)
    assert normalise(normalise(text).upper()) == normalise(text.upper())


@pytest.mark.parametrize("unit", ["a", "笑", "\u0301\u0316", "👩\u200d", "ﷺ", "\u202e", "繁"])
def test_a_long_text_is_cut_and_stays_idempotent(unit: str):
    normal = normalise(unit * 20_000)
    assert len(normal) <= MAX_CHARACTERS
    assert normalise(normal) == normal
