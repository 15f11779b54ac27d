"""The words drawn on a data set's stickers, read once by the product's own engine and kept in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from persrv.adapters.media.decoding import decode
from persrv.domain.stickers import StickerFormat
from persrv.ports.media import FrameLimits

SIDE = 320
"""Pixels on the longer side of what OCR is given."""


def cached_words(images: Sequence[Path], cache: Path) -> tuple[str, ...]:
    """Every sticker's words, as the product's default engine reads them; "" where it reads none.

    :param cache: A folder of ours; one file a picture, under its content and the engine's version.
    """
    from persrv.adapters.ocr import open_ocr
    from persrv.semantics.ocr import ocr_text

    cache.mkdir(parents=True, exist_ok=True)
    engine = open_ocr("rapidocr")
    limits = FrameLimits()
    words = []
    try:
        for path in images:
            content = path.read_bytes()
            name = hashlib.sha256(f"{engine.version} {SIDE}\n".encode() + content).hexdigest()
            kept = cache / f"{name}.json"
            if not kept.exists():
                frames = decode(content, StickerFormat.STATIC, frames=1, size=SIDE, limits=limits)
                kept.write_text(json.dumps(ocr_text(engine.read(frames)), ensure_ascii=False), "utf-8")
            words.append(str(json.loads(kept.read_text("utf-8"))))
    finally:
        engine.close()
    return tuple(words)
