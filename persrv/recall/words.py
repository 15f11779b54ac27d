"""Which words people may have meant: what a vocabulary is made from, by night or on a training part.

Guesses come from what stickers say themselves and from queries that several people chose something for: nobody is to
read in a guess what one person alone once typed. All other words that can be found are known by their keys: who types
them well is left alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.recall.vocabulary import MOST_ENTRIES, Vocabulary, count_entries, entries_of
from persrv.text.keys import text_keys

SHARED: Final = 2
"""People who have to have typed a query before its words are guesses for others."""


@dataclass(frozen=True, slots=True, eq=False)
class LearntWords:
    """What `Vocabulary` is made from.

    :param entries: Distinct, the most frequent first, of equals the lower.
    :param counts: How often each occurs, at least 1, int64, shape (entries,).
    :param known: `persrv.text.keys` of further words that can be found, rising, uint64.
    """

    entries: tuple[str, ...]
    counts: NDArray[np.int64]
    known: NDArray[np.uint64]

    def vocabulary(self) -> Vocabulary:
        """Takes some seconds for 200,000 entries."""
        return Vocabulary(dict(zip(self.entries, self.counts.tolist(), strict=True)), self.known)


def learn_words(
    said: Iterable[str], asked: Iterable[tuple[Hashable, str]], also_found: Iterable[str] = ()
) -> LearntWords:
    """Learn from texts.

    :param said: What stickers say themselves, with repeats.
    :param asked: Who chose something for which query, a choice each; normalised.
    :param also_found: Texts that are searched too, and are too long or too odd to be guesses: descriptions, names of
        sets.
    """
    people: dict[str, set[Hashable]] = defaultdict(set)
    times: Counter[str] = Counter()
    for person, query in asked:
        people[query].add(person)
        times[query] += 1
    shared = [query for query, who in people.items() if len(who) >= SHARED]
    counts = count_entries(said) + count_entries(query for query in shared for _ in range(times[query]))
    best = sorted(counts, key=lambda entry: (-counts[entry], entry))[:MOST_ENTRIES]
    kept = set(best)
    others = {entry for text in {*people, *also_found} for entry in entries_of(text)} | set(counts)
    known = np.unique(text_keys([entry for entry in others if entry not in kept]))
    return LearntWords(tuple(best), np.array([counts[entry] for entry in best], dtype=np.int64), known)
