"""Sticker sets by name or by link."""

from __future__ import annotations

import re

from persrv.errors import PackNameInvalid

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)
_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|telegram\.dog)/add(?:stickers|emoji)/([A-Za-z0-9_]{1,64})/?(?:[?#]\S*)?"
    r"|tg://add(?:stickers|emoji)\?set=([A-Za-z0-9_]{1,64})",
    re.ASCII | re.IGNORECASE,
)


def pack_name(text: str) -> str:
    """The set's name in a name (`HotCherry`) or a link (`https://t.me/addstickers/HotCherry`).

    :raises PackNameInvalid: the text is neither.
    """
    text = text.strip()
    link = _LINK.fullmatch(text)
    if link:
        return link[1] or link[2]
    if _NAME.fullmatch(text):
        return text
    raise PackNameInvalid(
        "This is neither a sticker set's name (letters, digits and _) nor a link like https://t.me/addstickers/NAME."
    )


def linked_pack_names(text: str) -> tuple[str, ...]:
    """The names in all links to sets anywhere in a text, in its order, each once: Telegram's names have no case."""
    names: dict[str, str] = {}
    for found in _LINK.finditer(text):
        name = found[1] or found[2]
        names.setdefault(name.casefold(), name)
    return tuple(names.values())
