"""One slip of the finger: a character too many, too few, another one, or two swapped (Damerau 1964)."""

from __future__ import annotations

from collections.abc import Iterator


def deletions(word: str) -> Iterator[str]:
    """The word, and the word without each of its characters in turn; repeats where characters repeat.

    Two words that are one slip apart share at least one of these (the idea of SymSpell), so that a table of the
    vocabulary's deletions finds all candidates without trying an alphabet.
    """
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns one word into the other.

    Equal words are not.
    """
    if len(one) > len(other):
        one, other = other, one
    if one == other or len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start : start + 1]
    return one[start + 1 :] == other[start + 1 :] or swapped + one[start + 2 :] == other[start:]
