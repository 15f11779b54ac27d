"""The one form of a text: what looks the same is the same."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from persrv.text.chinese import to_simplified
from persrv.text.scripts import EMOJI, HAN, LETTERLIKE_EMOJI, SKIN_TONES, TAGS, ZERO_WIDTH_JOINER

MAX_CHARACTERS: Final = 10_000
"""Longer texts are cut: twice what Telegram lets anyone write, so that no text costs more than some ms."""

# Nearly all texts take two passes, the second to see no change; 薴 takes three (by way of 苧 to 苎).
# The bound is there so that no text can loop.
_MAX_PASSES: Final = 8

_DROPPED = re.compile(
    f"[{SKIN_TONES}"
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variation selectors
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0]"  # invisible, though not in category Cf
)
_HAN = re.compile(f"[{HAN}]")
_JOINERS = re.compile(f"{EMOJI}|[{ZERO_WIDTH_JOINER}{TAGS}]")
_KEPT_FOR_EMOJI = re.compile(f"[{ZERO_WIDTH_JOINER}{TAGS}]")
_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs"})


def normalise(text: str) -> str:
    """Bring a text into the form under which equal means equal: for the index, queries and pack names.

    Compatibility forms are folded (NFKC), case too, traditional Chinese becomes simplified. Variation
    selectors (U+FE0F), skin tones, zero-width, bidirectional and control characters and lone surrogates are
    dropped; white space is one blank, none at the ends. A zero-width joiner stays inside an emoji.
    Idempotent.

    :param text: Any string; what is over `MAX_CHARACTERS` is cut off.
    :return: At most `MAX_CHARACTERS` characters, perhaps none.
    """
    for _ in range(_MAX_PASSES):
        folded = _pass(text)
        if folded == text:
            break
        text = folded
    return text


def _pass(text: str) -> str:
    """One round of all the rules; a later rule can make work for an earlier one, so rounds repeat."""
    text = _fold(text[:MAX_CHARACTERS])
    text = _DROPPED.sub("", text)
    if not text.isprintable():
        text = _drop_invisible(text)
    if _HAN.search(text):
        text = to_simplified(text)
    return " ".join(text.split())


def _fold(text: str) -> str:
    """NFKC and case folding, but for emoji, which they would turn into letters."""
    if text.isascii():
        return text.lower()
    if LETTERLIKE_EMOJI.search(text):
        pieces = LETTERLIKE_EMOJI.split(text)
        pieces[::2] = [_fold_letters(piece) for piece in pieces[::2]]
        return "".join(pieces)
    return _fold_letters(text)


def _fold_letters(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _drop_invisible(text: str) -> str:
    visible = (
        character
        for character in text
        if character.isspace()
        or unicodedata.category(character) not in _INVISIBLE_CATEGORIES
        or _KEPT_FOR_EMOJI.match(character)
    )
    return _JOINERS.sub(_keep_emoji, "".join(visible))


def _keep_emoji(match: re.Match[str]) -> str:
    found = match.group()
    return "" if _KEPT_FOR_EMOJI.match(found) else found
