"""The words that can be found: of the stickers' texts and of past queries, with how often each occurs.

Made once from counts and never changed, so that it may be read from any thread; a newer one replaces it. About 150
bytes an entry; 200,000 entries take some seconds to make.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from persrv.recall.strings import Sorted, Strings
from persrv.text import normalise, tokenise, units
from persrv.text.edits import deletions, one_slip_apart
from persrv.text.keys import text_key, text_keys
from persrv.text.pinyin import initials_of, pinyin_key
from persrv.text.scripts import HAN

MOST_ENTRIES: Final = 300_000
"""The most frequent are kept: bounds the memory to some 45 MB."""
LONGEST_RUN: Final = 8
"""Characters of a Chinese run that is an entry as a whole; longer ones are sentences, and enter by their words."""
LONGEST_WORD: Final = 24
"""Characters of a word whose deletions are kept; longer ones are rarely typed."""
MOST_WORDS: Final = 4
"""Words of a phrase that can be typed without its blanks (goodnight)."""

_IS_HAN = re.compile(f"[{HAN}]+")


def is_han(text: str) -> bool:
    """Whether a text is Chinese characters only, and at least one."""
    return _IS_HAN.fullmatch(text) is not None


def count_entries(texts: Iterable[str]) -> Counter[str]:
    """What a vocabulary is made from: the words, runs and phrases of texts, one count a text and entry.

    :param texts: Raw: past queries as typed (with repeats), lines drawn on stickers, names.
    """
    counts: Counter[str] = Counter()
    for text, times in Counter(texts).items():  # many stickers say the same, and to cut a text takes long
        for entry in set(entries_of(text)):
            counts[entry] += times
    return counts


def entries_of(text: str) -> Iterator[str]:
    """The words, runs and phrases of a text, in no order and with repeats."""
    whole = units(text)
    words = [unit for unit in whole if not is_han(unit)]
    yield from words
    if len(words) == len(whole) and 1 < len(words) <= MOST_WORDS:
        yield " ".join(words)
    for run in whole:
        if is_han(run):
            if len(run) <= LONGEST_RUN:
                yield run
            yield from tokenise(run)
    if len(words) < len(whole) > 1:
        yield normalise(text)[: LONGEST_WORD + LONGEST_RUN]


class Vocabulary:
    """Entries by how they are written, begun, spelt, abbreviated, and mistyped.

    An entry's number is its rank: 0 is the most frequent, so that the lowest numbers are the best guesses.
    """

    def __init__(self, counts: Mapping[str, int], known: NDArray[np.uint64] | None = None) -> None:
        """Make it.

        :param counts: By entry, normalised, each at least 1; as `count_entries` gives them, or terms of an index.
        :param known: `persrv.text.keys` of words that are known and are nobody's guess, rising, uint64.
        """
        best = sorted(counts, key=lambda entry: (-counts[entry], entry))[:MOST_ENTRIES]
        further = np.empty(0, dtype=np.uint64) if known is None else known
        self._known = np.union1d(further, text_keys(best))
        self._counts = np.array([counts[entry] for entry in best], dtype=np.int64)
        keys = [pinyin_key(entry) for entry in best]
        self._entries, self._keys = Strings(best), Strings(keys)
        self._spellings = Sorted(self._entries, range(len(best)))
        self._sounds = Sorted(self._keys, [number for number, key in enumerate(keys) if key])
        runs = [number for number, entry in enumerate(best) if len(entry) > 1 and is_han(entry)]
        initials = [""] * len(best)
        for number in runs:
            initials[number] = initials_of(best[number])
        self._initials = Sorted(Strings(initials), [number for number in runs if initials[number]])
        self._slips = _Slips((number, entry) for number, entry in enumerate(best) if 1 < len(entry) <= LONGEST_WORD)
        self._key_slips = _Slips((number, keys[number]) for number in runs if len(keys[number]) <= LONGEST_WORD)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entry: str) -> bool:
        key = text_key(entry)
        place = int(np.searchsorted(self._known, key))
        return place < len(self._known) and bool(self._known[place] == key)

    def entry(self, number: int) -> str:
        """The entry of a number."""
        return self._entries[number]

    def count(self, number: int) -> int:
        """How often the entry of a number occurs."""
        return int(self._counts[number])

    def begun(self, prefix: str, limit: int) -> list[int]:
        """Entries that begin so and are longer, most frequent first."""
        return self._spellings.beginning(prefix, limit)

    def spelt(self, key: str, limit: int) -> list[int]:
        """Entries with this `pinyin_key`, most frequent first."""
        return self._sounds.equal(key, limit)

    def spelling_begun(self, key: str, limit: int) -> list[int]:
        """Entries whose `pinyin_key` begins so and is longer, most frequent first."""
        return self._sounds.beginning(key, limit)

    def abbreviated(self, initials: str, limit: int) -> list[int]:
        """Chinese entries with these first letters, most frequent first."""
        return self._initials.equal(initials, limit)

    def mistyped(self, words: Sequence[str], limit: int) -> list[list[int]]:
        """For each word the entries one slip away from it, most frequent first, `limit` at most."""
        found = self._slips.near(words)
        return [
            [number for number in numbers if one_slip_apart(word, self._entries[number])][:limit]
            for word, numbers in zip(words, found, strict=True)
        ]

    def misspelt(self, key: str, limit: int) -> list[int]:
        """Chinese entries whose `pinyin_key` is one slip away, most frequent first."""
        (numbers,) = self._key_slips.near([key])
        return [number for number in numbers if one_slip_apart(key, self._keys[number])][:limit]


class _Slips:
    """Which entries may be one slip from a word: hashes of deletions in order, and whose each is."""

    MOST = 400
    """Entries looked at for one deletion: the most frequent ones."""

    def __init__(self, words: Iterable[tuple[int, str]]) -> None:
        found, owners = array("I"), array("I")
        for number, word in words:
            for short in set(deletions(word)):
                found.append(crc32(short.encode()))  # different words may share one: who looks it up verifies
                owners.append(number)
        hashes: NDArray[np.uint32] = np.array(found, dtype=np.uint32)
        numbers: NDArray[np.int32] = np.array(owners, dtype=np.int32)
        order = np.lexsort((numbers, hashes))
        self._hashes, self._numbers = hashes[order], numbers[order]

    def near(self, words: Sequence[str]) -> list[list[int]]:
        """For each word, rising and each once, the entries that share a deletion with it, perhaps by chance."""
        shorts = [[crc32(short.encode()) for short in set(deletions(word))] for word in words]
        wanted = np.array([value for values in shorts for value in values], dtype=np.uint32)
        starts = np.searchsorted(self._hashes, wanted, "left").tolist()
        ends = np.searchsorted(self._hashes, wanted, "right").tolist()
        found, place = [], 0
        for values in shorts:
            numbers: set[int] = set()
            for start, end in zip(starts[place : place + len(values)], ends[place : place + len(values)], strict=True):
                numbers.update(self._numbers[start : min(end, start + self.MOST)].tolist())
            place += len(values)
            found.append(sorted(numbers))
        return found
