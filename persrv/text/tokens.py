"""Tokens of a text, the same for what is indexed and for what is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import snowballstemmer

from persrv.text import chinese
from persrv.text.emoji import canonical_emoji, emoji_table, emoji_words, without_gender
from persrv.text.normalisation import normalise
from persrv.text.scripts import (
    EMOJI,
    HAN,
    HANGUL,
    KANA,
    MARKS,
    OPTIONAL_MARKS,
    SOUTH_EAST_ASIAN,
    ZERO_WIDTH_JOINER,
)

if TYPE_CHECKING:
    from pathlib import Path

MAX_TOKEN_CHARACTERS: Final = 64
"""A longer word is cut here, so that no text can put a page-long term into the index."""

SHORTEST_STEMMED: Final = 3
"""Shorter words have no endings worth the name."""

_APOSTROPHES: Final = "'’‘ʼ"
# A digit with U+20E3 behind it is a keycap, not a number.
_LETTER = f"(?:[^\\W\\d_{HAN}{KANA}{HANGUL}{SOUTH_EAST_ASIAN}]|\\d(?!\u20e3))"
_WORD = f"{_LETTER}(?:{_LETTER}|[{MARKS}])*"
_SCANNER = re.compile(
    f"(?P<emoji>{EMOJI})"
    f"|(?P<han>[{HAN}]+)"
    f"|(?P<unspaced>[{KANA}]+|[{HANGUL}]+|[{SOUTH_EAST_ASIAN}]+)"
    f"|(?P<word>{_WORD}(?:[{_APOSTROPHES}]{_WORD})*)"
)
_WITHOUT_APOSTROPHES = str.maketrans("", "", _APOSTROPHES)
# Letters of their own that have no decomposition, as people without that keyboard write them.
_PLAIN_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t"}
)
# These words in an emoji's name say nothing of it, and being rare in that field they would weigh much.
_FUNCTION_WORDS: Final = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)


def tokenise(text: str, *, expand_emoji: bool = False) -> tuple[str, ...]:
    """Split a text into tokens, in its order and with repeats.

    Chinese gives jieba's words (long ones also give the dictionary's words of two and three characters inside
    them, as in its search mode) and every character, a word of one character once. Kana, Hangul, Thai, Lao,
    Khmer and Burmese give the run and its pairs of characters. All else gives words of letters and digits,
    without apostrophes and accents, and behind an English word its stem where that is another (crying, cri): so
    cry finds crying, and the word as it is typed counts for more. An emoji is one token without its skin tone;
    one with a gender sign gives the emoji without it as well. Punctuation gives nothing.

    :param text: Any string; it is normalised first.
    :param expand_emoji: Let each emoji be followed, the first time that it occurs, by the tokens of its names
        and keywords in Chinese and English, each once; unknown joined emoji by those of their parts.
    :return: Non-empty tokens without white space, of at most `MAX_TOKEN_CHARACTERS` characters.
    """
    return tuple(_scan(normalise(text), _words_and_characters, expand_emoji=expand_emoji))


def tokenise_characters(text: str, *, expand_emoji: bool = False) -> tuple[str, ...]:
    """Split as the paper does: Chinese as single characters alone, all else as `tokenise` has it, without stems."""
    return tuple(_scan(normalise(text), tuple, split_word=_plain_word, expand_emoji=expand_emoji))


def units(text: str) -> tuple[str, ...]:
    """Split a text into what nobody has cut yet: runs of Chinese characters, words, runs of other scripts, emoji.

    Words are as `tokenise` has them; a run of Chinese characters stays whole.

    :param text: Any string; it is normalised first.
    """
    return tuple(_scan(normalise(text), lambda run: (run,), split_unspaced=lambda run: (run,), split_word=_plain_word))


def warm_up(cache_dir: Path | None) -> None:
    """Load all dictionaries now (about 1.5 s), so that no query waits. Safe to repeat and from any thread.

    :param cache_dir: A folder of ours for jieba's cache file (9 MB), which makes this 1 s faster next time;
        made when missing. None: no cache file. One that anyone may write in is not used.
    """
    chinese.load(cache_dir)
    emoji_table()


def _scan(
    text: str,
    split_han: Callable[[str], Iterable[str]],
    *,
    split_unspaced: Callable[[str], Iterable[str]] | None = None,
    split_word: Callable[[str], Iterable[str]] | None = None,
    expand_emoji: bool = False,
) -> Iterator[str]:
    expanded: set[str] = set()
    for match in _SCANNER.finditer(text):
        found, kind = match.group(), match.lastgroup
        if kind == "han":
            yield from split_han(found)
        elif kind == "word":
            yield from (split_word or _word_and_stem)(found)
        elif kind == "emoji":
            emoji = canonical_emoji(found)
            yield from _emoji_and_base(emoji)
            if expand_emoji and emoji not in expanded:
                expanded.add(emoji)
                yield from _expansion(emoji, split_han)
        else:
            yield from (split_unspaced or _run_and_pairs)(found)


def _words_and_characters(run: str) -> Iterator[str]:
    for word in chinese.cut(run):
        if len(word) > 1:
            yield from _words_inside(word)
            yield word[:MAX_TOKEN_CHARACTERS]
        yield from word


def _words_inside(word: str) -> Iterator[str]:
    for length in (2, 3):
        for start in range(len(word) - length + 1 if len(word) > length else 0):
            inner = word[start : start + length]
            if chinese.is_word(inner):
                yield inner


def _plain_word(word: str) -> Iterator[str]:
    if not word.isascii():
        letters = OPTIONAL_MARKS.sub("", unicodedata.normalize("NFD", word)).translate(_PLAIN_LETTERS)
        word = unicodedata.normalize("NFC", "".join(map(_western_digit, letters)))
    word = word.translate(_WITHOUT_APOSTROPHES)
    if word:
        yield word[:MAX_TOKEN_CHARACTERS]


def _word_and_stem(word: str) -> Iterator[str]:
    for plain in _plain_word(word):
        yield plain
        stem = _stem(plain)
        if stem != plain:
            yield stem


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    """Porter's second English stemmer (Snowball); short words and those of other scripts are their own stems."""
    if len(word) < SHORTEST_STEMMED or not (word.isascii() and word.isalpha()):
        return word
    # A stemmer keeps the word that it is at; making one is quick beside what it does.
    return str(snowballstemmer.stemmer("english").stemWord(word))


def _western_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _run_and_pairs(run: str) -> Iterator[str]:
    if run.strip("ー"):  # alone, people draw lines with it
        yield run[:MAX_TOKEN_CHARACTERS]
        if len(run) > 2:
            yield from (run[start : start + 2] for start in range(len(run) - 1))


def _emoji_and_base(emoji: str) -> Iterator[str]:
    yield emoji[:MAX_TOKEN_CHARACTERS]
    base = without_gender(emoji)
    if base is not None:
        yield base[:MAX_TOKEN_CHARACTERS]


@lru_cache(maxsize=4096)
def _expansion(emoji: str, split_han: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    words = emoji_words(emoji)
    if not words and ZERO_WIDTH_JOINER in emoji:
        words = tuple(word for part in emoji.split(ZERO_WIDTH_JOINER) for word in emoji_words(part))
    tokens = dict.fromkeys(token for word in words for token in _scan(normalise(word), split_han))
    return tuple(token for token in tokens if token not in _FUNCTION_WORDS)
