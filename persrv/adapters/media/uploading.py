"""Files of a folder in the form that Telegram takes as stickers (Bot API, "Sticker requirements")."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from persrv.errors import MediaError

STICKER_SIDE: Final = 512
"""Pixels of a static sticker's longer side."""
_AS_THEY_ARE: Final = frozenset({".tgs", ".webm"})


def as_sticker_file(path: Path) -> bytes:
    """The bytes to upload: a picture is fitted to 512 pixels and written as WebP, as Telegram wants it.

    :raises MediaError: it is no picture that can be read.
    :raises OSError: the file cannot be read.
    """
    data = path.read_bytes()
    if path.suffix.lower() in _AS_THEY_ARE:
        return data
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.format == "WEBP" and max(image.size) == STICKER_SIDE:
                return data
            scale = STICKER_SIDE / max(image.size)
            size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
            fitted = image.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError(f"{path.name} is not a picture that can be read.") from error
    out = io.BytesIO()
    fitted.save(out, "WEBP", quality=90, method=4)
    return out.getvalue()
