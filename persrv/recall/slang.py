"""What people write short or playfully in chats (yyds, 666, gn, ㅋㅋㅋ), and the same in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from persrv.text import normalise

_LONG_RUN = re.compile(r"(.)\1{3,}")
_LETTER = r"[^\W\d_]"
_DRAWN_OUT = re.compile(rf"({_LETTER})\1{{2,}}")
_PAIRS = re.compile(rf"(({_LETTER})(?!\2){_LETTER})\1+\2?")


def plain_words(written: str) -> tuple[str, ...]:
    """What it says in plain words, best first; () for what is no slang that we know.

    :param written: In the form of `normalise`, without blanks. How often it repeats itself does not matter: 66666 is
        666, wuwuwuw is wuwu, omggg is omg.
    """
    table = slang_table()
    return next((table[form] for form in _spelt(written) if form in table), ())


def _spelt(written: str) -> tuple[str, ...]:
    """As it is; with no character more than three times in a row; and not drawn out at all."""
    if len(set(written)) == len(written):  # nothing repeats itself, as in most of what is looked up
        return (written,)
    pairs = _PAIRS.fullmatch(written)
    short = pairs[1] * 2 if pairs else _DRAWN_OUT.sub(r"\1", written)
    return written, _LONG_RUN.sub(r"\1\1\1", written), short


@cache
def slang_table() -> Mapping[str, tuple[str, ...]]:
    """Read the table from the package: slang as `normalise` leaves it, and plain words, best first."""
    text = resources.files("persrv.recall").joinpath("slang.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("# "))
    return MappingProxyType({normalise(slang): tuple(plain.split("|")) for slang, plain in lines})
