"""How much each field of a sticker's meaning counts in relevance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from persrv.domain.semantics import SemanticField
from persrv.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class RelevanceWeights:
    """The weights of the sum over fields of BM25 (paper, section 3.6). Each is finite and at least 0.

    :raises ConfigurationError: a weight is negative or not a number; names every such weight.
    """

    ocr: float = 1.0
    """Text on the sticker. Paper: 1.0."""
    queries: float = 0.5
    """Queries that people typed before choosing the sticker. Paper: 0.5."""
    keywords: float = 1.0
    """Keywords from the vision-language model. Ours: the paper leaves it to tuning."""
    description: float = 1.0
    """The vision-language model's description. Paper: 1.0."""
    emotions: float = 0.3
    """Emotions from the vision-language model. Paper: 0.3, as every sticker has some and they repeat."""
    emoji: float = 1.0
    """The artist's emoji with its names and keywords. Ours: as sure a sign as the text on the sticker."""
    pack: float = 0.5
    """The pack's title and name. Ours: says what a sticker is of rather than what it means."""

    def __post_init__(self) -> None:
        problems = [
            f"the relevance weight of {name} is {weight}; it must be a finite number of at least 0"
            for name, weight in ((item.name, getattr(self, item.name)) for item in fields(self))
            if not (math.isfinite(weight) and weight >= 0)
        ]
        if problems:
            raise ConfigurationError(problems)

    def as_mapping(self) -> Mapping[SemanticField, float]:
        """The weights by field, in the order of `SemanticField`."""
        return MappingProxyType({field: float(getattr(self, field.value)) for field in SemanticField})
