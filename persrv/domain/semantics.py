"""What is known of a sticker's meaning (paper, section 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class SemanticField(StrEnum):
    """The fields of the search index: the paper's five, and two that a live bot has beside them.

    The order is the order in which they are shown and summed.
    """

    OCR = "ocr"
    QUERIES = "queries"
    KEYWORDS = "keywords"
    DESCRIPTION = "description"
    EMOTIONS = "emotions"
    EMOJI = "emoji"
    PACK = "pack"


@dataclass(frozen=True, slots=True)
class StickerDocument:
    """A sticker's texts, as they go into the index.

    :param sticker_id: Our row number.
    :param texts: Raw text by field; a field without text is absent. Tokenised by `persrv.text` alone.
    """

    sticker_id: int
    texts: Mapping[SemanticField, str] = field(default_factory=lambda: MappingProxyType({}))
