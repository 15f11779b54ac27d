"""Answers as models really give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.semantics.answers import AnswerOutcome, is_refusal, parse_caption
from persrv.semantics.prompts import DESCRIPTION_PROMPT

CAT = "A cat waves."
JOY = "Joy."


@pytest.mark.parametrize(
    "answer",
    [
        "1. A cat waves. | 2. Joy.",
        "  1. A cat waves.|2. Joy.  ",
        "1. A cat waves. 2. Joy.",
        "1.A cat waves.2.Joy.",
        "1. A cat waves.\n2. Joy.",
        "1. A cat waves.\n\n|\n\n2. Joy.",
        "1. A cat\nwaves. |\n2. Joy.",
        "1) A cat waves. | 2) Joy.",
        "(1) A cat waves. (2) Joy.",
        "1: A cat waves.\n2: Joy.",
        "１．A cat waves.｜２．Joy.",
        "（１）A cat waves.（２）Joy.",
        "1、A cat waves.\n2、Joy.",
        "一、A cat waves.\n二、Joy.",
        "（一）A cat waves.\n（二）Joy.",
        "① A cat waves. ② Joy.",
        "第一，A cat waves.\n第二，Joy.",
        "**1.** A cat waves. | **2.** Joy.",
        "**1. Description:** A cat waves.\n\n**2. Emotions:** Joy.",
        "### 1. Description\n: A cat waves.\n### 2. Feelings: Joy.",
        "- 1. A cat waves.\n- 2. Joy.",
        "```\n1. A cat waves. | 2. Joy.\n```",
        "1. Sticker description: A cat waves. | 2. Feelings it is meant to express: Joy.",
        "1. 详细描述：A cat waves.\n2. 表达的情感：Joy.",
        "Sure! Here is what I see:\n\n1. A cat waves.\n2. Joy.",
        "Sure, here you go: 1. A cat waves. 2. Joy.",
        "A cat waves. | Joy.",
        "A cat waves. | 2. Joy.",
        "A cat waves.\n2. Joy.",
        "1. A cat waves. | Joy.",
        "Description: A cat waves.\nEmotions: Joy.",
        "描述：A cat waves.\n情绪：Joy.",
        "1. Description: A cat waves. | Feelings: Joy.",
        "2. Joy. | 1. A cat waves.",
        "Emotions: Joy.\nDescription: A cat waves.",
        "1. Emotions: Joy. | 2. Description: A cat waves.",
        '1. "A cat waves." | 2. "Joy."',
        "ASSISTANT: 1. A cat waves. | 2. Joy.",
        DESCRIPTION_PROMPT + "\n1. A cat waves. | 2. Joy.",
    ],
)
def test_the_two_parts_are_found_however_they_are_marked(answer):
    parsed = parse_caption(answer)
    assert (parsed.description, parsed.emotions, parsed.outcome) == (CAT, JOY, AnswerOutcome.COMPLETE)
    assert parsed.text == answer.strip()


def test_a_chinese_answer_is_taken_apart():
    parsed = parse_caption("1. 一只猫在挥手，旁边写着“拜拜”。 | 2. 开心、不舍")
    assert parsed.description == "一只猫在挥手，旁边写着“拜拜”。"
    assert parsed.emotions == "开心、不舍"


def test_numbers_in_the_text_are_not_marks():
    parsed = parse_caption("1. A clock shows 2:30 and costs 1.5 or 2.5 coins. | 2. Hurry, 100%.")
    assert parsed.description == "A clock shows 2:30 and costs 1.5 or 2.5 coins."
    assert parsed.emotions == "Hurry, 100%."
    in_line = parse_caption("1. It costs 2.5 coins at 2:30. 2. Hurry.")
    assert (in_line.description, in_line.emotions) == ("It costs 2.5 coins at 2:30.", "Hurry.")


def test_a_list_inside_the_description_does_not_end_it():
    parsed = parse_caption("1. Two things are seen:\n1. a dog\n2. a ball | 2. Playful.")
    assert parsed.description == "Two things are seen: 1. a dog 2. a ball"
    assert parsed.emotions == "Playful."


@pytest.mark.parametrize(
    ("answer", "description", "emotions"),
    [
        ("1. A cat waves.", CAT, ""),
        ("1. A cat waves. |", CAT, ""),
        ("1. A cat waves. | 2.", CAT, ""),
        ("1. A cat waves. | 2. N/A", CAT, ""),
        ("Description: A cat waves.", CAT, ""),
        ("2. Joy.", "", JOY),
        ("1. | 2. Joy.", "", JOY),
        ("Emotions: Joy.", "", JOY),
        ("1. I'm sorry, but I can't see the picture. | 2. Joy.", "", JOY),
    ],
)
def test_a_missing_part_leaves_the_other(answer, description, emotions):
    parsed = parse_caption(answer)
    assert (parsed.description, parsed.emotions, parsed.outcome) == (description, emotions, AnswerOutcome.PARTIAL)


@pytest.mark.parametrize(
    "answer", ["A cat waves and looks happy.", "猫在挥手。\n看上去很开心。", '{"a": 1}', "The price is 1. A cat waves."]
)
def test_an_answer_without_format_is_kept_as_text_and_flagged(answer):
    parsed = parse_caption(answer)
    assert parsed.outcome is AnswerOutcome.UNPARSED
    assert parsed.description == " ".join(answer.split())
    assert parsed.emotions == ""
    assert parsed.text == answer


REFUSALS = [
    "I'm sorry, but I can't assist with that.",
    "I’m sorry, I cannot help with this request.",
    "Sorry, I am unable to view images.",
    "I cannot describe this image.",
    "I'm not able to identify people.",
    "Unfortunately, I can't process that.",
    "As an AI language model, I have no eyes.",
    "I apologize, but I am unable to describe it.",
    "抱歉，我无法查看图片。",
    "很抱歉，这张图片我不能描述。",
    "对不起，我没办法帮助你。",
    "我无法识别这张图片。",
    "作为一个人工智能，我看不到图片。",
]


@pytest.mark.parametrize("answer", [*REFUSALS, f"1. {REFUSALS[0]} | 2. {REFUSALS[0]}"])
def test_a_refusal_gives_nothing_to_the_index_but_is_kept(answer):
    parsed = parse_caption(answer)
    assert (parsed.description, parsed.emotions, parsed.outcome) == ("", "", AnswerOutcome.REFUSED)
    assert parsed.text == answer


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, says a crying cat.",
        "Sorry for being late, a dog bows.",
        "对不起，小猫低着头道歉。",
        "抱歉的小狗",
        "对不起，我不能没有你",
        "I can't stop laughing, it says.",
    ],
)
def test_a_sticker_that_apologises_is_no_refusal(text):
    assert not is_refusal(text)


@pytest.mark.parametrize("answer", ["", "   \n", "1. | 2.", "|", "**", "1. N/A | 2. None", "..."])
def test_an_answer_without_words_is_empty(answer):
    parsed = parse_caption(answer)
    assert (parsed.description, parsed.emotions, parsed.outcome) == ("", "", AnswerOutcome.EMPTY)


_PIECES = st.lists(
    st.sampled_from(
        ["1.", "2.", "|", "｜", "\n", "一、", "②", "Emotions:", "描述：", "**", "I'm sorry, but I can't", "猫"]
    )
    | st.text(max_size=8),
    max_size=14,
)


@given(_PIECES)
def test_nothing_a_model_says_breaks_the_parser(pieces):
    answer = " ".join(pieces)
    parsed = parse_caption(answer)
    assert parsed.text == answer.strip()
    assert bool(parsed.description and parsed.emotions) == (parsed.outcome is AnswerOutcome.COMPLETE)
    if parsed.outcome in {AnswerOutcome.REFUSED, AnswerOutcome.EMPTY}:
        assert not parsed.description
        assert not parsed.emotions
    for part in (parsed.description, parsed.emotions):
        assert "\n" not in part


def test_a_long_answer_is_parsed_at_once():
    answer = "1. " + "the cat is sorry but as for this " * 20_000 + "| 2. " + "joy " * 1000
    assert parse_caption(answer).outcome is AnswerOutcome.COMPLETE
    assert parse_caption("a b " * 50_000).outcome is AnswerOutcome.UNPARSED
