"""What of a document's texts is indexed."""

from __future__ import annotations

from collections.abc import Mapping

from persrv.adapters.search.schema import FIELDS
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.text import tokenise


def field_tokens(document: StickerDocument) -> Mapping[SemanticField, list[str]]:
    """The tokens of each field, in order and with repeats; emoji are followed by their words."""
    return {
        field: [
            token
            for token in tokenise(document.texts.get(field, ""), expand_emoji=field is SemanticField.EMOJI)
            if encodable(token)
        ]
        for field in FIELDS
    }


def encodable(token: str) -> bool:
    """Whether a token can be a term: not half of a surrogate pair, which no text on disk can hold."""
    try:
        return bool(token.encode())
    except UnicodeEncodeError:
        return False
