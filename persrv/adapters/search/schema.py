"""What a sticker is in the Whoosh index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.columns import FixedBytesColumn
from whoosh.fields import COLUMN, NUMERIC, TEXT, Schema

from persrv.domain.semantics import SemanticField

Untyped: TypeAlias = Any
"""Something of Whoosh, which has no types."""
FIELDS = tuple(SemanticField)
INDEX_NAME = "MAIN"
"""The prefix of the index's files."""
STICKER = "sticker"
"""The key: our row number."""
LENGTHS = "lengths"
"""The exact length of every field in tokens. Whoosh's own lengths are rounded to one byte, and so would make
scores depend on how an index came to be."""

_LENGTH = np.dtype(">u4")


def schema() -> Schema:
    """The index's fields: a key, a row of lengths, and one text field for each `SemanticField`.

    Texts are handed over as tokens; the analyser is there for those who open the index with Whoosh's tools.
    Nothing is stored but what scoring needs: the words themselves live in the postings alone.
    """
    return Schema(
        **{
            STICKER: NUMERIC(int, bits=64, signed=True, unique=True, sortable=True, shift_step=0),
            LENGTHS: COLUMN(FixedBytesColumn(len(FIELDS) * _LENGTH.itemsize)),
            **{field.value: TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False, stored=False) for field in FIELDS},
        }
    )


def pack_lengths(lengths: Sequence[int]) -> bytes:
    """One document's field lengths, in the order of `SemanticField`, as the column keeps them."""
    return np.array(lengths, dtype=_LENGTH).tobytes()


def unpack_lengths(rows: Sequence[bytes]) -> NDArray[np.int64]:
    """What `pack_lengths` made of several documents: int64, shape (fields, documents)."""
    packed = np.frombuffer(b"".join(rows), dtype=_LENGTH).reshape(len(rows), len(FIELDS))
    return packed.T.astype(np.int64)
