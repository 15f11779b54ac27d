"""Documents as Whoosh takes them."""

from __future__ import annotations

from typing import Any

from persrv.adapters.search.schema import FIELDS, LENGTHS, STICKER, pack_lengths
from persrv.adapters.search.tokens import field_tokens
from persrv.domain.semantics import StickerDocument


def row(document: StickerDocument) -> dict[str, Any]:
    """A document as Whoosh takes it: tokens instead of text, which its analysers then leave alone."""
    tokens = field_tokens(document)
    return {
        STICKER: document.sticker_id,
        LENGTHS: pack_lengths([len(tokens[field]) for field in FIELDS]),
        **{field.value: words for field, words in tokens.items() if words},
    }
