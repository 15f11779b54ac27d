"""From a model's two answers to a caption."""

from __future__ import annotations

from typing import Final

from persrv.ports.captioner import Caption, CaptionFailure
from persrv.semantics.answers import AnswerOutcome, is_refusal, parse_caption

KEYWORDS_TOKENS: Final = 64
"""Longest answer to `KEYWORDS_PROMPT`, which asks for a phrase or two."""
DESCRIPTION_TOKENS: Final = 320
"""Longest answer to `DESCRIPTION_PROMPT`: room for a description in Chinese, which takes more tokens, and feelings."""

_PARSED: Final = frozenset({AnswerOutcome.COMPLETE, AnswerOutcome.PARTIAL})


def assemble(keywords_answer: str, description_answer: str) -> Caption | CaptionFailure:
    """Take both answers apart; a model that declines, or says nothing at all, is a failure."""
    keywords = "" if is_refusal(keywords_answer.strip()) else _one_line(keywords_answer)
    answer = parse_caption(description_answer)
    raw = f"{keywords_answer.strip()}\n\n{answer.text}".strip()
    if keywords or answer.description or answer.emotions:
        return Caption(keywords, answer.description, answer.emotions, raw, answer.outcome in _PARSED)
    if raw:
        return CaptionFailure(f"The model declined to caption this sticker: {raw[:200]!r}.")
    return CaptionFailure("The model's answer is empty.")


def _one_line(answer: str) -> str:
    line = " ".join(answer.split())
    return line if any(map(str.isalnum, line)) else ""
