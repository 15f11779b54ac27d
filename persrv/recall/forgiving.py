"""What a person may have meant, where they typed words that nobody used before.

Words that the vocabulary knows are left alone, so that who types well loses nothing. For each unknown stretch, in this
order, the first that finds something:

1. script: words of Taiwan, Japanese characters, pronouns that simplified Chinese does not tell apart
2. slang in plain words (yyds, 666, gn), beside words that it may be the beginning of
3. pinyin: entries that sound alike, be it typed in Latin letters (kaixin, kai xin, 想ku) or in wrong characters (开薪)
4. the word is still being typed (a beginning, the first letters of syllables), or one slip of the finger away

Only the first `MOST_CHARACTERS` are looked at, so that no query costs more than some milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from persrv.recall.meaning import PastQueries
from persrv.recall.slang import plain_words
from persrv.recall.vocabulary import LONGEST_RUN, Vocabulary, is_han
from persrv.text import normalise, tokenise, units
from persrv.text.chinese import script_variants
from persrv.text.pinyin import is_pinyin, pinyin_key

MOST_CHARACTERS: Final = 32
"""Of a query; a forgotten word further behind is not looked for."""
MOST_ALTERNATIVES: Final = 2
"""Readings that are searched beside the query as typed. Each is a search of its own; with four instead of two R@20 of
mistyped queries was the same."""
LOOKED_AT: Final = 4
"""Entries that each rule looks at, most frequent first: not all of them fit."""
TYPED: Final = 0.3
"""How much the query as typed counts at least beside them: single characters of it may still say something."""
_IS_LATIN = re.compile("[a-z0-9]+")


class Slip(StrEnum):
    """How what was typed differs from what may have been meant."""

    SCRIPT = "script"
    SLANG = "slang"
    PINYIN = "pinyin"
    HOMOPHONE = "homophone"
    BEGINNING = "beginning"
    INITIALS = "initials"
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class ForgivingWeights:
    """How much an alternative counts beside words that were typed as they are found: 0 (never tried) to 1.

    Ours, chosen on the valid part of stickerbench: what is surer counts more. Guesses by one rule are weighed
    against each other by how often they occur.
    """

    script: float = 1.0
    slang: float = 0.9
    pinyin: float = 1.0
    homophone: float = 0.9
    beginning: float = 0.8
    initials: float = 0.7
    typo: float = 0.8
    typo_in_two: float = 0.4
    """Another character in a word of two."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of the query.

    :param text: The query with the doubtful words replaced.
    :param tokens: Its tokens.
    :param slip: The surest rule that changed it.
    :param weight: What its scores are multiplied by, above 0 to 1.
    """

    text: str
    tokens: tuple[str, ...]
    slip: Slip
    weight: float


@dataclass(frozen=True, slots=True)
class _Guess:
    text: str
    slip: Slip
    weight: float


def readings(query: str, vocabulary: Vocabulary, past: PastQueries | None) -> tuple[Alternative, ...]:
    """What else a query may mean; none for one that somebody chose something for, which is taken as it is typed.

    :param query: Normalised.
    """
    if past is not None and past.row(query) is not None:
        return ()
    return alternatives(query, vocabulary)


def weight_of_typed(meant: Sequence[Alternative]) -> float:
    """How much the query as typed counts beside what else it may mean: the less, the surer that is."""
    return max(TYPED, 1.0 - max(reading.weight for reading in meant)) if meant else 1.0


def alternatives(
    query: str, vocabulary: Vocabulary, *, weights: ForgivingWeights | None = None, limit: int = MOST_ALTERNATIVES
) -> tuple[Alternative, ...]:
    """Readings of a query of which something is unknown, best first; none for a query that is known.

    The query as typed is not among them. With them it should count less than they do, if at all: of what it says
    nothing is known.

    :param query: As typed, at most 256 characters.
    :param limit: At most how many.
    """
    weights = weights or ForgivingWeights()
    whole = units(normalise(query)[:MOST_CHARACTERS])
    doubtful = [place for place, unit in enumerate(whole) if not _is_known(unit, vocabulary)]
    if not doubtful:
        return ()
    guesses = _Guesser(vocabulary, weights)
    found = guesses.whole(whole)
    if not found:
        of_unit = {place: guesses.unit(whole[place], last=place == len(whole) - 1)[:limit] for place in doubtful}
        found = _combine(whole, {place: some for place, some in of_unit.items() if some}, limit)
    best: dict[str, _Guess] = {}
    for guess in sorted(found, key=lambda guess: (-guess.weight, guess.text)):
        best.setdefault(guess.text, guess)
    return tuple(
        Alternative(guess.text, tokenise(guess.text), guess.slip, guess.weight) for guess in list(best.values())[:limit]
    )


def _combine(whole: Sequence[str], of_unit: dict[int, list[_Guess]], limit: int) -> list[_Guess]:
    """The n-th guess of every doubtful unit together: no product of them, which would grow without bound."""
    combined = []
    for rank in range(min(limit, max(map(len, of_unit.values()), default=0))):
        chosen = {place: some[min(rank, len(some) - 1)] for place, some in of_unit.items()}
        text = " ".join(chosen[place].text if place in chosen else unit for place, unit in enumerate(whole))
        surest = max(chosen.values(), key=lambda guess: guess.weight)
        combined.append(_Guess(text, surest.slip, min(guess.weight for guess in chosen.values())))
    return combined


def _is_known(unit: str, vocabulary: Vocabulary) -> bool:
    if unit in vocabulary or not (is_han(unit) or unit.isalnum()):
        return True  # nothing can be guessed of an emoji that nobody used
    return is_han(unit) and not _gaps(unit, vocabulary)


def _gaps(run: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The stretches of a run of Chinese characters that no entry of two or more characters covers, as (start, end).

    A single character between words is part of a sentence, and known if it is an entry.
    """
    covered = [False] * len(run)
    for start in range(len(run)):
        for end in range(min(len(run), start + LONGEST_RUN), start + 1, -1):
            if run[start:end] in vocabulary:
                covered[start:end] = [True] * (end - start)
                break
    gaps, start = [], 0
    while start < len(run):
        end = start
        while end < len(run) and not covered[end]:
            end += 1
        if end - start > 1 or (end - start == 1 and run[start:end] not in vocabulary):
            gaps.append((start, end))
        start = end + 1
    return gaps


class _Guesser:
    """The rules, in their order."""

    def __init__(self, vocabulary: Vocabulary, weights: ForgivingWeights) -> None:
        self._vocabulary = vocabulary
        self._weights = weights

    def whole(self, whole: Sequence[str]) -> list[_Guess]:
        """Entries that sound like the whole query: `kai xin`, `想ku`, `goodnight`; or what it says in slang: `栓q`."""
        if len(whole) == 1 or not any(_IS_LATIN.fullmatch(unit) for unit in whole):
            return []
        typed = " ".join(whole)
        return self._slang("".join(whole)) or self._sounding(pinyin_key(typed), typed, Slip.PINYIN)

    def unit(self, unit: str, *, last: bool) -> list[_Guess]:
        """Guesses for one unknown unit, best first.

        :param last: It may still be being typed.
        """
        if is_han(unit):
            guesses = self._script(unit) or self._slang_in(unit)
            return guesses or self._homophones(unit) or self._near_run(unit, last=last)
        slang = self._slang(unit)
        if slang:  # short ones are also how other words begin
            return self._ranked([*slang, *self._typed(unit, last=last)])
        if _IS_LATIN.fullmatch(unit):
            return self._pinyin(unit) or self._near_word(unit, last=last)
        return self._ranked([*self._typed(unit, last=last), *self._typos([unit])])

    def _script(self, run: str) -> list[_Guess]:
        variants = (variant for variant in script_variants(run) if not _gaps(variant, self._vocabulary))
        return [_Guess(variant, Slip.SCRIPT, self._weights.script) for variant in variants]

    def _slang(self, written: str) -> list[_Guess]:
        """Plain words that somebody used; where nobody did, those that say it best, for their meaning."""
        plain = plain_words(written)
        used = [words for words in plain if all(_is_known(unit, self._vocabulary) for unit in units(words))]
        return [
            _Guess(words, Slip.SLANG, self._weights.slang * 0.8**place)
            for place, words in enumerate(used or plain[:1])
            if self._weights.slang > 0
        ]

    def _slang_in(self, run: str) -> list[_Guess]:
        """Slang that a run of Chinese characters is, or the longest that it has around its unknown stretches."""
        gaps = _gaps(run, self._vocabulary)
        for start, end in ((0, len(run)), *_windows(run, gaps)):
            found = self._slang(run[start:end])
            if found:
                return [_Guess(run[:start] + guess.text + run[end:], guess.slip, guess.weight) for guess in found]
        return []

    def _pinyin(self, letters: str) -> list[_Guess]:
        key = pinyin_key(letters)
        found = self._sounding(key, letters, Slip.PINYIN)
        if found or len(key) < 4 or not is_pinyin(key):
            return found
        pieces = self._pieces(key)
        return [_Guess("".join(pieces), Slip.PINYIN, self._weights.pinyin)] if pieces else []

    def _pieces(self, key: str) -> list[str]:
        """Cut a sentence in pinyin into entries: the fewest, and most of it into words, or nothing at all."""
        # By where they end: (syllables outside of words, pieces, the entries so far).
        best: list[tuple[int, int, list[str]] | None] = [(0, 0, [])] + [None] * len(key)
        for end in range(1, len(key) + 1):
            for start in range(max(0, end - LONGEST_RUN * 4), end):
                before = best[start]
                if before is None or not is_pinyin(key[start:end]):
                    continue
                entry = next(
                    (
                        text
                        for text in map(self._vocabulary.entry, self._vocabulary.spelt(key[start:end], 3))
                        if is_han(text)
                    ),
                    None,
                )
                if entry is not None:
                    candidate = (before[0] + (len(entry) == 1), before[1] + 1, [*before[2], entry])
                    there = best[end]
                    if there is None or candidate[:2] < there[:2]:
                        best[end] = candidate
        cut = best[-1]
        if cut is None:
            return []
        loose, _, entries = cut
        return entries if loose * 2 <= sum(map(len, entries)) else []

    def _homophones(self, run: str) -> list[_Guess]:
        """Entries that sound like the run, or like the longest part of it around its unknown stretches."""
        found = self._sounding(pinyin_key(run), run, Slip.HOMOPHONE)
        if found:
            return found
        for start, end in _windows(run, _gaps(run, self._vocabulary)):
            part = run[start:end]
            found = self._sounding(pinyin_key(part), part, Slip.HOMOPHONE)
            if found:
                return [_Guess(run[:start] + guess.text + run[end:], guess.slip, guess.weight) for guess in found]
        return []

    def _near_run(self, run: str, *, last: bool) -> list[_Guess]:
        guesses = self._typed(run, last=last)
        gaps = _gaps(run, self._vocabulary)
        windows = [(0, len(run)), *((start, end) for start, end in _windows(run, gaps) if end - start > 2)]
        slips = self._vocabulary.mistyped([run[start:end] for start, end in windows], LOOKED_AT)
        longest = 0
        for (start, end), numbers in zip(windows, slips, strict=True):
            # A word that lacks a character of a sentence, which has words between, says nothing of a slip.
            least = 0 if end - start == len(run) and gaps == [(0, len(run))] else end - start
            words = [
                number for number in numbers if is_han(entry := self._vocabulary.entry(number)) and len(entry) >= least
            ]
            if words and end - start >= longest:  # what leaves more of the query as it is, is surer
                longest = end - start
                # Every word of two characters has many neighbours that share one, most of them right as they are.
                weight = self._weights.typo if longest > 2 else self._weights.typo_in_two
                guesses += [
                    _Guess(run[:start] + guess.text + run[end:], guess.slip, guess.weight)
                    for guess in self._weighed(words, Slip.TYPO, weight)
                ]
        if not guesses:
            guesses = self._weighed(
                self._vocabulary.misspelt(pinyin_key(run), LOOKED_AT), Slip.TYPO, self._weights.typo
            )
        return self._ranked(guesses)

    def _near_word(self, word: str, *, last: bool) -> list[_Guess]:
        guesses = [*self._typed(word, last=last), *self._typos([word])]
        if 2 < len(word) <= LONGEST_RUN:
            numbers = self._vocabulary.abbreviated(word, LOOKED_AT)
            guesses += self._weighed(numbers, Slip.INITIALS, self._weights.initials)
        if not guesses:
            numbers = self._vocabulary.misspelt(pinyin_key(word), LOOKED_AT)
            guesses = self._weighed(numbers, Slip.TYPO, self._weights.typo)
        return self._ranked(guesses)

    def _typed(self, unit: str, *, last: bool) -> list[_Guess]:
        if not last or len(unit) < 2:
            return []
        numbers = self._vocabulary.begun(unit, LOOKED_AT)
        if not numbers and _IS_LATIN.fullmatch(unit):
            numbers = self._vocabulary.spelling_begun(pinyin_key(unit), LOOKED_AT)
        return self._weighed(numbers, Slip.BEGINNING, self._weights.beginning)

    def _typos(self, words: Sequence[str]) -> list[_Guess]:
        long = [word for word in words if len(word) > 2]
        numbers = [number for found in self._vocabulary.mistyped(long, LOOKED_AT) for number in found]
        return self._weighed(numbers, Slip.TYPO, self._weights.typo)

    def _sounding(self, key: str, typed: str, slip: Slip) -> list[_Guess]:
        if len(key) < 2:
            return []
        weight = self._weights.pinyin if slip is Slip.PINYIN else self._weights.homophone
        numbers = self._vocabulary.spelt(key, LOOKED_AT + 1)
        return self._weighed([number for number in numbers if self._vocabulary.entry(number) != typed], slip, weight)

    def _weighed(self, numbers: Sequence[int], slip: Slip, weight: float) -> list[_Guess]:
        """Guesses by one rule: the most frequent has the rule's weight, the others less by the root of their share."""
        counts = [self._vocabulary.count(number) for number in numbers]
        most = max(counts, default=1)
        return [
            _Guess(self._vocabulary.entry(number), slip, weight * (count / most) ** 0.5)
            for number, count in zip(numbers, counts, strict=True)
            if weight > 0
        ]

    def _ranked(self, guesses: Sequence[_Guess]) -> list[_Guess]:
        return sorted(guesses, key=lambda guess: -guess.weight)


def _windows(run: str, gaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Parts of a run, of two characters and more, that touch an unknown stretch; the longest first."""
    for length in range(min(len(run) - 1, LONGEST_RUN), 1, -1):
        for start in range(len(run) - length + 1):
            if any(start < gap_end and gap_start < start + length for gap_start, gap_end in gaps):
                yield start, start + length
