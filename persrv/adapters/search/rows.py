"""Documents and words as Whoosh takes them."""

from __future__ import annotations

from typing import Any

from persrv.adapters.search.schema import FIELDS, LENGTHS, STICKER, pack_lengths
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.text import tokenise


def row(document: StickerDocument) -> dict[str, Any]:
    """A document as Whoosh takes it: tokens instead of text, which its analysers then leave alone."""
    tokens = {
        field: [
            token
            for token in tokenise(document.texts.get(field, ""), expand_emoji=field is SemanticField.EMOJI)
            if encodable(token)
        ]
        for field in FIELDS
    }
    return {
        STICKER: document.sticker_id,
        LENGTHS: pack_lengths([len(tokens[field]) for field in FIELDS]),
        **{field.value: words for field, words in tokens.items() if words},
    }


def encodable(token: str) -> bool:
    """Whether a token can be a term: not half of a surrogate pair, which no text on disk can hold."""
    return bool(token) and not any("\ud800" <= character <= "\udfff" for character in token)
