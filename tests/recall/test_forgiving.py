"""What a person may have meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.recall import forgiving
from persrv.recall.forgiving import (
    MOST_ALTERNATIVES,
    TYPED,
    Alternative,
    ForgivingWeights,
    Slip,
    alternatives,
    weight_of_typed,
)
from persrv.recall.vocabulary import Vocabulary, count_entries
from persrv.text import tokenise

QUERIES = (
    ["开心"] * 9
    + ["生日快乐"] * 5
    + ["happy"] * 8
    + ["good night"] * 4
    + ["想哭"] * 3
    + ["食物"] * 2
    + ["事物", "出租车", "绝绝子", "你好", "笑颜", "我", "很", "smile", "smiling face"]
)
VOCABULARY = Vocabulary(count_entries(QUERIES))


def first(query):
    found = alternatives(query, VOCABULARY)
    return (found[0].text, found[0].slip) if found else None


@pytest.mark.parametrize(
    ("typed", "meant", "slip"),
    [
        ("計程車", "出租车", Slip.SCRIPT),
        ("妳好", "你好", Slip.SCRIPT),
        ("kaixin", "开心", Slip.PINYIN),
        ("Kai Xin", "开心", Slip.PINYIN),
        ("kāixīn", "开心", Slip.PINYIN),
        ("想ku", "想哭", Slip.PINYIN),
        ("wohenkaixin", "我很开心", Slip.PINYIN),
        ("goodnight", "good night", Slip.PINYIN),
        ("开薪", "开心", Slip.HOMOPHONE),
        ("我很开薪", "我很开心", Slip.HOMOPHONE),
        ("shengrik", "生日快乐", Slip.BEGINNING),
        ("smi", "smile", Slip.BEGINNING),
        ("绝绝", "绝绝子", Slip.BEGINNING),
        ("srkl", "生日快乐", Slip.INITIALS),
        ("hapy", "happy", Slip.TYPO),
        ("hpapy", "happy", Slip.TYPO),
        ("心开", "开心", Slip.TYPO),
        ("生日快东", "生日快乐", Slip.TYPO),
        ("祝你生日快东", "祝你生日快乐", Slip.TYPO),
        ("kaixn", "开心", Slip.TYPO),
        ("happyy 生日快乐", "happy 生日快乐", Slip.TYPO),
    ],
)
def test_the_best_guess_is_what_was_meant(typed, meant, slip):
    assert first(typed) == (meant, slip)


@pytest.mark.parametrize(
    "typed", ["开心", "happy", "HAPPY", "開心", "good night", "我很开心", "happy 开心", "", "🎉", "!?"]
)
def test_what_is_known_is_left_alone(typed):
    assert alternatives(typed, VOCABULARY) == ()


def test_tokens_are_those_of_the_text():
    (found,) = alternatives("kaixin", VOCABULARY)
    assert found.tokens == tokenise("开心") == ("开心", "开", "心")


SLANG = Vocabulary(count_entries(["厉害", "谢谢", "笑", "哭", "丢脸", "我", "好", "震惊", "happy"]))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yyds", "厉害"),
        ("66666", "厉害"),
        ("wuwuwuwuw", "哭"),
        ("omgggg", "震惊"),
        ("ㅋㅋㅋㅋ", "笑"),
        ("栓Q", "谢谢"),
        ("我社死了", "我丢脸了"),
        ("好 yyds", "好 厉害"),
    ],
)
def test_slang_is_read_as_the_plain_words_that_are_used(typed, meant):
    found = alternatives(typed, SLANG)
    assert (found[0].text, found[0].slip) == (meant, Slip.SLANG)


def test_slang_whose_plain_words_nobody_used_is_read_as_what_says_it_best():
    (found,) = alternatives("brb", SLANG)
    assert (found.text, found.slip) == ("be right back", Slip.SLANG)


def test_slang_that_stickers_have_is_left_alone():
    assert alternatives("yyds", Vocabulary({"yyds": 1, "厉害": 9})) == ()


def test_short_slang_may_also_be_how_another_word_begins():
    found = alternatives("gn", Vocabulary({"gnocchi": 3, "晚安": 1}))
    assert [(guess.text, guess.slip) for guess in found] == [("晚安", Slip.SLANG), ("gnocchi", Slip.BEGINNING)]


def test_slang_is_read_before_a_bot_has_learnt_any_word():
    (found,) = alternatives("yyds", Vocabulary({}))
    assert found.text == "永远的神"
    assert alternatives("kaixin", Vocabulary({})) == ()


def test_without_weight_it_is_not_read():
    assert alternatives("yyds", SLANG, weights=ForgivingWeights(slang=0)) == ()


def test_guesses_that_occur_more_often_weigh_more():
    found = alternatives("shiwu", VOCABULARY)
    assert [guess.text for guess in found] == ["食物", "事物"]
    assert found[0].weight == ForgivingWeights().pinyin
    assert found[1].weight == pytest.approx(found[0].weight * (1 / 2) ** 0.5)


def test_an_earlier_rule_keeps_the_later_ones_from_guessing():
    """`开薪` also has a neighbour that shares a character; sound is surer."""
    vocabulary = Vocabulary({"开心": 1, "开会": 50})
    assert [guess.text for guess in alternatives("开薪", vocabulary)] == ["开心"]


def test_a_rule_of_weight_0_is_not_tried():
    assert alternatives("srkl", VOCABULARY, weights=ForgivingWeights(initials=0.0)) == ()


def test_only_the_word_being_typed_is_completed():
    assert first("smi 开心") is None
    assert first("开心 smi") == ("开心 smile", Slip.BEGINNING)


@given(st.text(max_size=60))
def test_any_text_gives_few_alternatives_with_weights_in_range(query):
    found = alternatives(query, VOCABULARY)
    assert len(found) <= MOST_ALTERNATIVES
    assert all(0 < guess.weight <= 1 and guess.tokens for guess in found)
    assert sorted(found, key=lambda guess: -guess.weight) == list(found)


def test_the_work_for_256_different_characters_is_bounded(monkeypatch):
    """No clock: the look-ups are counted."""
    looked_up = []

    class Counting(Vocabulary):
        def spelt(self, key, limit):
            looked_up.append(key)
            return super().spelt(key, limit)

        def mistyped(self, words, limit):
            looked_up.extend(words)
            return super().mistyped(words, limit)

    vocabulary = Counting(count_entries(QUERIES))
    alternatives("".join(chr(0x4E00 + 31 * place) for place in range(256)), vocabulary)
    assert len(looked_up) < 2 * forgiving.MOST_CHARACTERS * 8
    looked_up.clear()
    alternatives("wo" * 128, vocabulary)
    assert len(looked_up) < forgiving.MOST_CHARACTERS**2


def test_an_empty_vocabulary_gives_nothing():
    assert alternatives("kaixin", Vocabulary({})) == ()


@pytest.mark.parametrize(
    ("others", "expected"), [([], 1.0), ([1.0], TYPED), ([0.8, 0.4], TYPED), ([0.4], 0.6), ([0.4, 0.2], 0.6)]
)
def test_what_was_typed_counts_the_less_the_surer_another_reading_is(others, expected):
    meant = [Alternative("other", ("other",), Slip.TYPO, weight) for weight in others]
    assert weight_of_typed(meant) == pytest.approx(expected)
