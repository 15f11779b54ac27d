"""Stickers that a query found, as arrays: what the stages of recall hand to one another and to ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from persrv.domain.semantics import SemanticField

Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Sticker ids, distinct and rising, and a score of each, above 0 and but for `CHOICES` to 1; both of shape (found,)."""
NOTHING: Final[Found] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))

MIXED: Final = ("lexical", "meaning", "texts", "memory")
"""What finds stickers in persrv-plus by some likeness of its own, from 0 to 1."""
CHOICES: Final = "choices"
"""What was chosen for this very query: its scores are counts."""
PARTS: Final = (*MIXED, CHOICES)
"""Everything that finds stickers, in the order in which arrays have them."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """One sticker that recall found.

    :param relevance: The weighted sum of `by_field`, at least 0.
    :param by_field: BM25 by field, already multiplied by the field's weight; those above 0.
    :param utility: The sticker's utility (paper, equations 1 to 6), already weighted; at least 0.
    """

    sticker_id: int
    relevance: float
    by_field: Mapping[SemanticField, float] = field(default_factory=dict)
    utility: float = 0.0

    @property
    def score(self) -> float:
        """What recall orders by: relevance + utility (paper, section 3.6)."""
        return self.relevance + self.utility


@dataclass(frozen=True, slots=True, eq=False)
class RecalledStickers(Sequence[Recalled]):
    """All that recall found, best first, as arrays; a place of it is made a `Recalled` only when it is asked for.

    :param ids: Distinct, int64, shape (n,).
    :param relevance: Float64, shape (n,).
    :param utility: Float64, shape (n,).
    :param fields: Whose rows `by_field` has.
    :param by_field: Float64, shape (fields, n).
    """

    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    relevance: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    utility: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    fields: tuple[SemanticField, ...] = ()
    by_field: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))

    @classmethod
    def of(cls, each: Sequence[Recalled]) -> RecalledStickers:
        """Of single ones, in their order."""
        fields = tuple(SemanticField)
        return cls(
            np.array([one.sticker_id for one in each], dtype=np.int64),
            np.array([one.relevance for one in each], dtype=np.float64),
            np.array([one.utility for one in each], dtype=np.float64),
            fields,
            np.array([[one.by_field.get(of, 0.0) for one in each] for of in fields], dtype=np.float64),
        )

    @property
    def scores(self) -> NDArray[np.float64]:
        """`Recalled.score` of each, shape (n,)."""
        return self.relevance + self.utility

    def some(self, places: NDArray[np.integer]) -> RecalledStickers:
        """Those at some places, in this order."""
        return RecalledStickers(
            self.ids[places], self.relevance[places], self.utility[places], self.fields, self.by_field[:, places]
        )

    def and_others(self, others: RecalledStickers) -> RecalledStickers:
        """With others of the same search, each once: score falling; of equals the lower id first."""
        new = others.some(np.flatnonzero(~np.isin(others.ids, self.ids)))
        together = RecalledStickers(
            np.concatenate([self.ids, new.ids]),
            np.concatenate([self.relevance, new.relevance]),
            np.concatenate([self.utility, new.utility]),
            self.fields,
            np.concatenate([self.by_field, new.by_field], axis=1),
        )
        return together.some(np.lexsort((together.ids, -together.scores)))

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        """Whether it is a sequence of the same, to the last bit."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, place: int) -> Recalled: ...

    @overload
    def __getitem__(self, place: slice) -> RecalledStickers: ...

    def __getitem__(self, place: int | slice) -> Recalled | RecalledStickers:
        if isinstance(place, slice):
            return self.some(np.arange(len(self))[place])
        parts = zip(self.fields, self.by_field[:, place].tolist(), strict=True)
        return Recalled(
            int(self.ids[place]),
            float(self.relevance[place]),
            {of: part for of, part in parts if part},
            float(self.utility[place]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The candidates of a query, before anybody's style.

    :param ids: Distinct, rising, int64, shape (n,).
    :param parts: Weighted, by the order of `PARTS`, shape (n, 5).
    :param lent: What diffusion added, shape (n,).
    """

    ids: NDArray[np.int64]
    parts: NDArray[np.float64]
    lent: NDArray[np.float64]

    @property
    def recall(self) -> NDArray[np.float64]:
        """Shape (n,)."""
        return np.asarray(self.parts.sum(axis=1) + self.lent)
