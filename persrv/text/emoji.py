"""Emoji in a text, and the words that people search them by (Unicode CLDR annotations)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from persrv.text.normalisation import normalise
from persrv.text.scripts import EMOJI, ZERO_WIDTH_JOINER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EMOJI = re.compile(EMOJI)
_GENDER_SIGNS: Final = (f"{ZERO_WIDTH_JOINER}\u2640", f"{ZERO_WIDTH_JOINER}\u2642")

# A pair whose people have different skin tones is spelt out; with the tones gone it is one of these.
_PAIRS: Final = MappingProxyType(
    {
        "👩\u200d🤝\u200d👩": "👭",
        "👨\u200d🤝\u200d👨": "👬",
        "👩\u200d🤝\u200d👨": "👫",
        "🧑\u200d❤\u200d🧑": "💑",
        "🧑\u200d❤\u200d💋\u200d🧑": "💏",
        "🫱\u200d🫲": "🤝",
    }
)


@dataclass(frozen=True, slots=True)
class EmojiEntry:
    """One line of the table.

    :param emoji: As `normalise` leaves it.
    :param english_name: CLDR's short name.
    :param english: Keywords, in CLDR's order.
    :param chinese_name: CLDR's short name in simplified Chinese.
    :param chinese: Keywords in simplified Chinese, in CLDR's order.
    """

    emoji: str
    english_name: str
    english: tuple[str, ...]
    chinese_name: str
    chinese: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All of them: names first, Chinese before English, each once."""
        everything = (self.chinese_name, self.english_name, *self.chinese, *self.english)
        return tuple(dict.fromkeys(everything))


def find_emoji(text: str) -> tuple[str, ...]:
    """Find the emoji of a text: in order, with repeats, each as one string without U+FE0F and skin tone.

    A pair that was spelt out to give its people different tones becomes the plain pair (👭).
    """
    return tuple(canonical_emoji(found) for found in _EMOJI.findall(normalise(text)))


def emoji_words(emoji: str) -> tuple[str, ...]:
    """Give the names and keywords of one emoji in Chinese and English: names first, each once.

    :param emoji: One emoji, in any spelling (with U+FE0F or a skin tone).
    :return: () when it is not one emoji, or not one of the table.
    """
    entry = emoji_table().get(canonical_emoji(normalise(emoji)))
    return entry.words if entry else ()


@cache
def emoji_table() -> Mapping[str, EmojiEntry]:
    """Read the whole table, by emoji in Unicode's order, from the package (about 5 ms, once)."""
    text = resources.files("persrv.text").joinpath("data", "emoji.tsv").read_text(encoding="utf-8")
    return MappingProxyType({entry.emoji: entry for entry in _entries(text)})


def canonical_emoji(emoji: str) -> str:
    """Give the plain pair for a spelt-out one, and any other normalised emoji as it is."""
    return _PAIRS.get(emoji, emoji)


def without_gender(emoji: str) -> str | None:
    """Give the same person without a stated gender (🤷), or None where none was stated."""
    return emoji[:-2] if emoji.endswith(_GENDER_SIGNS) else None


def _entries(text: str) -> Iterator[EmojiEntry]:
    for line in text.splitlines():
        if line.startswith("# "):
            continue
        emoji, english_name, english, chinese_name, chinese = line.split("\t")
        yield EmojiEntry(emoji, english_name, tuple(english.split("|")), chinese_name, tuple(chinese.split("|")))
