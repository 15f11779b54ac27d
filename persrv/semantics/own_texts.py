"""What a sticker says itself, a text each: what its meaning is compared by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from persrv.domain.semantics import SemanticField
from persrv.text import normalise
from persrv.text.emoji import emoji_words, find_emoji

OWN_FIELDS: Final = (SemanticField.OCR, SemanticField.KEYWORDS, SemanticField.EMOTIONS)
"""A line a text. Descriptions are sentences, and a query is not."""

SEARCHED_TOO: Final = (SemanticField.DESCRIPTION, SemanticField.PACK)
"""Fields whose words find a sticker and are not its own."""


def own_texts(texts: Mapping[SemanticField, str], *, with_emoji: bool) -> list[str]:
    """The texts of one sticker, normalised, each once, in their order.

    :param texts: By field; one that is missing says nothing.
    :param with_emoji: Whether the words of its emoji are its own.
    """
    said = [line for field in OWN_FIELDS for line in texts.get(field, "").splitlines()]
    if with_emoji:
        said += [word for emoji in find_emoji(texts.get(SemanticField.EMOJI, "")) for word in emoji_words(emoji)]
    return list(dict.fromkeys(normal for text in said if (normal := normalise(text))))
