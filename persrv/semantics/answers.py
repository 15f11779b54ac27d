"""Taking apart the two-part answer `1. description | 2. feelings` (paper, section 3.3.1).

Models keep to the format most of the time. The rest of the time they use lines instead of the bar, full-width or
Chinese numbers, Markdown, headings, no numbers at all, or the other order; they leave a part out, or refuse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from persrv.semantics.prompts import DESCRIPTION_PROMPT


class AnswerOutcome(StrEnum):
    """How much of an answer could be used."""

    COMPLETE = "complete"
    """Description and emotions."""
    PARTIAL = "partial"
    """One of the two."""
    UNPARSED = "unparsed"
    """No format was found: the whole text stands as the description."""
    REFUSED = "refused"
    """The model declined: nothing goes into the index."""
    EMPTY = "empty"
    """No words at all."""


@dataclass(frozen=True, slots=True)
class CaptionAnswer:
    """An answer, taken apart.

    :param description: VLM_d of equation 7, or "".
    :param emotions: The feelings it expresses, or "".
    :param text: The answer as it came, trimmed, to be kept.
    :param outcome: Whether the parts can be trusted.
    """

    description: str
    emotions: str
    text: str
    outcome: AnswerOutcome


_BARS: Final = "|｜¦│∣"
_START: Final = rf"(?:^|[\n{_BARS}])[\s\"'“”]*"
"""Where a part starts without doubt: the beginning, a line, or a bar."""
_INSIDE: Final = r"(?<=[\s.!?:;,。！？：；，)）\"”])"
"""Where a part may start in running text."""


def _number(digit: str, chinese: str, circled: str) -> str:
    """`1.` `1)` `(1)` `１．` `1、` `一、` `（一）` `①` `第一，` but not the `1.` of `1.5`."""
    either = f"[{digit}{chr(ord(digit) + 0xFEE0)}{chinese}]"
    return (
        rf"(?:[(（\[【]\s*{either}\s*[)）\]】]\s*[.．、:：]?"
        rf"|{either}\s*(?:\.\)|[.．、)）:：])(?!\d)"
        rf"|{circled}|第{chinese}(?:部分|点|项)?\s*[,，、:：.])"
    )


_ONE: Final = _number("1", "一", "①")
_TWO: Final = _number("2", "二", "②")
_ONE_AT_START: Final = re.compile(_START + _ONE)
_TWO_AT_START: Final = re.compile(_START + _TWO)
_ONE_INSIDE: Final = re.compile(_INSIDE + _ONE)
_TWO_INSIDE: Final = re.compile(_INSIDE + _TWO)

_DESCRIBES: Final = (
    r"(?:(?:[a-z]+ ){0,3}descriptions?(?: [a-z]+){0,3}|[\u4e00-\u9fff]{0,6}(?:描述|描写|说明)(?:[\u4e00-\u9fff]{0,4}))"
)
_FEELS: Final = (
    r"(?:(?:[a-z]+[ /]){0,3}(?:feelings?|emotions?|moods?|sentiments?)(?:[ /][a-z]+){0,5}"
    r"|[\u4e00-\u9fff]{0,8}(?:情感|情绪|感受|感情|心情|感觉)(?:[\u4e00-\u9fff]{0,4}))"
)
_DESCRIPTION_LABEL: Final = re.compile(rf"{_START}{_DESCRIBES}\s*[:：]", re.IGNORECASE)
_EMOTIONS_LABEL: Final = re.compile(rf"{_START}{_FEELS}\s*[:：]", re.IGNORECASE)

_MARKDOWN: Final = re.compile(r"\*\*|`|^[ \t]*(?:#{1,6}|>|[-*•])[ \t]+|^[ \t]*-{3,}[ \t]*$", re.MULTILINE)
_SPEAKER: Final = re.compile(r"^\s*(?:assistant|answer|助手|回答)\s*[:：]\s*", re.IGNORECASE)
_NOTHING: Final = re.compile(r"[\W_]*(?:n/?a|none|null|无|没有)?[\W_]*", re.IGNORECASE)
_REFUSAL: Final = re.compile(
    r"\W*(?:"
    r"(?:(?:i[’']?m|i am|we[’']?re)\s+(?:so |very |really )?sorry|sorry|apologies|i apologi[sz]e|unfortunately)"
    r"[\s,.!;:—-]+(?:(?:but|for|as|this|that|the|i|we|an?|ai|any|confusion|inconvenience)\b[\s,.'’]*){0,7}"
    r"(?:can\s?not|can[’']?t|am (?:not able|unable)|[’']?m (?:not able|unable)|unable|not able|won[’']?t)\b"
    r"|i\s+(?:can\s?not|can[’']?t|am (?:not able|unable) to|won[’']?t)\s+"
    r"(?:assist|help|provide|describe|see|view|comply|fulfil|process|analy[sz]e|identify|access|do that)"
    r"|i[’']m (?:not able|unable) to\b"
    r"|as an ai\b"
    r"|(?:(?:很|非常|十分|实在)?(?:抱歉|对不起|不好意思)[，,。！!\s]*[^。！？\n]{0,12})?"
    r"(?:我(?:现在|暂时)?)?(?:无法|不能|没法|没有?办法)[^。！？，,\n]{0,6}"
    r"(?:帮|提供|描述|查看|看[到见]|回答|协助|处理|识别|满足|分析|完成)"
    r"|(?:作为一?[个名]?|我是一?[个名]?)(?:AI|人工智能)"
    r")",
    re.IGNORECASE,
)


def parse_caption(answer: str) -> CaptionAnswer:
    """Take an answer to `DESCRIPTION_PROMPT` apart. Never raises; what is not understood is kept and flagged.

    :param answer: What the model said, with or without the prompt before it.
    """
    text = answer.strip()
    body = _SPEAKER.sub("", text.removeprefix(DESCRIPTION_PROMPT).strip())
    body = _MARKDOWN.sub("", body).strip()
    if _is_nothing(body):
        return CaptionAnswer("", "", text, AnswerOutcome.EMPTY)
    parts = _numbered(body) or _labelled(body) or _barred(body)
    if parts is None:
        if is_refusal(body):
            return CaptionAnswer("", "", text, AnswerOutcome.REFUSED)
        return CaptionAnswer(_tidy(body), "", text, AnswerOutcome.UNPARSED)
    refused = any(is_refusal(part) for part in parts)
    description, emotions = ("" if is_refusal(part) else _without_label(part) for part in parts)
    if description and emotions:
        outcome = AnswerOutcome.COMPLETE
    elif description or emotions:
        outcome = AnswerOutcome.PARTIAL
    else:
        outcome = AnswerOutcome.REFUSED if refused else AnswerOutcome.EMPTY
    return CaptionAnswer(description, emotions, text, outcome)


def is_refusal(text: str) -> bool:
    """Whether a text starts like a model that declines, in English or Chinese.

    "I'm sorry" alone is what many stickers say; it takes an inability beside it.
    """
    return _REFUSAL.match(text) is not None


def _numbered(body: str) -> tuple[str, str] | None:
    """Description and emotions by their numbers, in either order; one number may be missing."""
    one, two = _ONE_AT_START.search(body), _TWO_AT_START.search(body)
    if two is None:
        if one is None:
            one = _ONE_INSIDE.search(body)
            two = _TWO_INSIDE.search(body, one.end()) if one else None
            if two is None:  # a lone "1." in running text is no format
                return None
        else:
            two = _TWO_INSIDE.search(body, one.end())
    elif one is None:
        one = _ONE_INSIDE.search(body, 0, two.start())
    if one is None and two is not None:
        return _by_meaning(body[: two.start()], body[two.end() :])
    if one is not None and two is None:
        rest = body[one.end() :]
        return _labelled(rest) or _barred(rest) or _by_meaning(rest, "")
    if one is None or two is None:
        return None
    if one.start() <= two.start():
        # A numbered list inside the description: the part about feelings is the "2." after a bar, if any is.
        barred = re.compile(rf"[{_BARS}]\s*{_TWO}").search(body, one.end())
        two = barred or two
        return _by_meaning(body[one.end() : two.start()], body[two.end() :])
    return _by_meaning(body[one.end() :], body[two.end() : one.start()])


def _labelled(body: str) -> tuple[str, str] | None:
    """Description and emotions by their headings ("Description: ...", "情感：...")."""
    describes, feels = _DESCRIPTION_LABEL.search(body), _EMOTIONS_LABEL.search(body)
    if feels is None:
        return (body[describes.end() :], "") if describes else None
    if describes is None:
        return body[: feels.start()], body[feels.end() :]
    if describes.start() < feels.start():
        return body[describes.end() : feels.start()], body[feels.end() :]
    return body[describes.end() :], body[feels.end() : describes.start()]


def _barred(body: str) -> tuple[str, str] | None:
    """The two sides of a single bar."""
    sides = [side for side in re.split(f"[{_BARS}]+", body) if not _is_nothing(side)]
    return (sides[0], sides[1]) if len(sides) == 2 else None


def _by_meaning(first: str, second: str) -> tuple[str, str]:
    """Change the order when the headings say that the numbers were swapped."""
    if _EMOTIONS_LABEL.match(first.strip()) and (_DESCRIPTION_LABEL.match(second.strip()) or _is_nothing(second)):
        return second, first
    return first, second


def _without_label(part: str) -> str:
    part = part.strip()
    label = _DESCRIPTION_LABEL.match(part) or _EMOTIONS_LABEL.match(part)
    return _tidy(part[label.end() :] if label else part)


def _tidy(part: str) -> str:
    """One line, without bars or quotes around it; nothing when there are no words."""
    if _is_nothing(part):
        return ""
    part = " ".join(part.split()).strip(f"{_BARS} ")
    if len(part) > 1 and (part[0], part[-1]) in {('"', '"'), ("“", "”"), ("「", "」"), ("'", "'")}:
        part = part[1:-1].strip()
    return part


def _is_nothing(part: str) -> bool:
    return _NOTHING.fullmatch(part) is not None
