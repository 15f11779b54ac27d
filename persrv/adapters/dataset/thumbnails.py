"""Small pictures for a report's case studies."""

from __future__ import annotations

import base64
import io
from typing import Final

from PIL import Image

from persrv.adapters.dataset.files import FolderStickerFiles
from persrv.errors import MediaError

SIDE: Final = 128
"""Pixels of the longer side."""


def thumbnail(files: FolderStickerFiles, docid: str) -> str | None:
    """A `data:` address of the sticker's first frame as WebP, or None where there is no picture that can be read."""
    row = files.row(docid)
    if row is None:
        return None
    try:
        pixels = files.frames(row, frames=1, size=SIDE).pixels[0]
    except MediaError:
        return None
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(written.getvalue()).decode()
