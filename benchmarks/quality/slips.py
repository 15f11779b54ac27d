"""Queries as people mistype them: pinyin, a slip of the finger, traditional characters, a wrong character that sounds
the same.

The slips are drawn here and not by the code that forgives them: characters by how often jieba's dictionary has them,
scripts by OpenCC, sounds by pypinyin.
"""

from __future__ import annotations

import random
import string
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain

import jieba
import opencc
from pypinyin import lazy_pinyin

Slip = Callable[[str, random.Random], str | None]
"""A query and a source of chance -> the query mistyped, or None where it cannot be in this way."""
FREQUENT = 500
"""In the dictionary; rarer characters are not what an input method offers first."""
SHORTEST_RUN, SHORTEST_WORD = 3, 4
"""Characters, letters from which a slip leaves enough to be told what was meant."""


def as_pinyin(query: str, _chance: random.Random) -> str | None:
    """All of it in letters, without blanks and tones."""
    return "".join(lazy_pinyin(query)) if len(query) > 1 and _is_chinese(query) else None


def traditional(query: str, _chance: random.Random) -> str | None:
    """As it is written in Taiwan, where that differs."""
    found = _to_traditional().convert(query)
    return found if _is_chinese(query) and found != query else None


def homophone(query: str, chance: random.Random) -> str | None:
    """One character replaced by another that sounds the same but for the tone."""
    if len(query) < 2 or not _is_chinese(query):
        return None
    place = chance.randrange(len(query))
    (sound,) = lazy_pinyin(query[place])
    others = [each for each in _by_sound().get(sound, ()) if each != query[place]]
    return query[:place] + chance.choice(others) + query[place + 1 :] if others else None


def typo(query: str, chance: random.Random) -> str | None:
    """One character left out, swapped with the next, wrong, or one too many in a word of letters."""
    chinese = _is_chinese(query)
    if len(query) < (SHORTEST_RUN if chinese else SHORTEST_WORD) or not (chinese or query.isascii()):
        return None
    letters = "".join(chain.from_iterable(_by_sound().values())) if chinese else string.ascii_lowercase
    place = chance.randrange(len(query) - 1)
    found = chance.choice(
        [
            query[:place] + query[place + 1 :],
            query[:place] + query[place + 1] + query[place] + query[place + 2 :],
            query[:place] + chance.choice(letters) + query[place + 1 :],
            *([] if chinese else [query[:place] + chance.choice(letters) + query[place:]]),
        ]
    )
    return found if found != query else None


SLIPS: Mapping[str, Slip] = {"pinyin": as_pinyin, "a typo": typo, "traditional": traditional, "a homophone": homophone}


def _is_chinese(text: str) -> bool:
    return bool(text) and all("\u4e00" <= character <= "\u9fff" for character in text)


@cache
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")


@cache
def _by_sound() -> dict[str, list[str]]:
    """Pinyin without tone -> frequent characters, most frequent first."""
    jieba.initialize()
    counts = {word: count for word, count in jieba.dt.FREQ.items() if count > FREQUENT and len(word) == 1}
    found: dict[str, list[str]] = defaultdict(list)
    for character in sorted(counts, key=lambda each: (-counts[each], each)):
        if _is_chinese(character):
            found[lazy_pinyin(character)[0]].append(character)
    return found
