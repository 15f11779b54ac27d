"""How Chinese is spelt in Latin letters."""

import pytest

from persrv.text.pinyin import initials_of, is_pinyin, pinyin_key, syllables_of


@pytest.mark.parametrize(
    ("run", "syllables"),
    [
        ("开心", ("kai", "xin")),
        ("音乐", ("yin", "yue")),
        ("快乐", ("kuai", "le")),
        ("银行", ("yin", "hang")),
        ("行走", ("xing", "zou")),
        ("听音乐很快乐", ("ting", "yin", "yue", "hen", "kuai", "le")),
        ("女", ("nv",)),
        ("", ()),
    ],
)
def test_a_character_is_read_as_its_phrase_has_it(run, syllables):
    assert syllables_of(run) == syllables


def test_a_character_without_a_reading_gives_nothing():
    assert syllables_of("\U0003fffd") == ("",)


@pytest.mark.parametrize(
    "typed", ["kaixin", "kai xin", "kai1xin1", "kāi xīn", "kai'xin", "开xin", "开心", "开 心", "kai心"]
)
def test_all_ways_to_type_a_word_have_one_key(typed):
    assert pinyin_key(typed) == "kaixin"


@pytest.mark.parametrize(("one", "other"), [("旅行", "lvxing"), ("nǚ儿", "nver"), ("虐", "nue"), ("忽略", "hulue")])
def test_u_umlaut_is_typed_in_several_ways(one, other):
    assert pinyin_key(one) == pinyin_key(other)


def test_numbers_are_no_tones():
    assert pinyin_key("2024") == "2024"
    assert pinyin_key("top10") == "top10"


def test_letters_are_pinyin_when_they_are_whole_syllables():
    assert is_pinyin("xian")
    assert is_pinyin("wohenkaixin")
    assert not is_pinyin("happy")
    assert not is_pinyin("kaix")
    assert not is_pinyin("")


def test_initials_are_those_of_every_syllable():
    assert initials_of("生日快乐") == "srkl"
    assert initials_of("\U0003fffd乐") == ""
