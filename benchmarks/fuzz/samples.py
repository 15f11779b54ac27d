"""Whole sticker files to begin with: from the sample packs, and small drawn ones."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw

from bot.sandbox.packs import build_sample_packs
from persrv.domain.stickers import StickerFormat

FROM_PACKS = ("mochi/laugh", "bubble/love", "bouncy/laugh", "bouncy/night", "neon/laugh")
SIDE = 64


@dataclass(frozen=True, slots=True)
class Sample:
    """One whole file.

    :param kind: "webp", "tgs", "lottie" (a `.tgs` whose JSON is mutated) or "webm".
    """

    kind: str
    format: StickerFormat
    data: bytes


def samples(cache: Path) -> tuple[Sample, ...]:
    """The same files on every machine with the same libraries.

    :param cache: Where the sample packs' files are drawn.
    """
    kinds = {StickerFormat.STATIC: "webp", StickerFormat.ANIMATED: "tgs", StickerFormat.VIDEO: "webm"}
    found = [
        Sample(kinds[sticker.format], sticker.format, sticker.path.read_bytes())
        for pack in build_sample_packs(cache, only=FROM_PACKS)
        for sticker in pack.stickers
        if sticker.path.exists()
    ]
    found += [Sample("webp", StickerFormat.STATIC, data) for data in _pictures()]
    found += [Sample("tgs", StickerFormat.ANIMATED, gzip.compress(json.dumps(lottie()).encode(), mtime=0))]
    found += [Sample("lottie", one.format, gzip.decompress(one.data)) for one in found if one.kind == "tgs"]
    return (*found, Sample("webm", StickerFormat.VIDEO, _video()))


def _drawn(number: int) -> Image.Image:
    picture = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((number, 4, 40 + number, 56), fill=(200, 30 * number % 256, 60, 255))
    return picture


def _pictures() -> Sequence[bytes]:
    """Lossless, lossy with alpha, lossy without, animated."""
    made = []
    pictures = [_drawn(number) for number in range(6)]
    for picture, options in (
        (pictures[0], {"lossless": True}),
        (pictures[1], {"quality": 60}),
        (pictures[2].convert("RGB"), {"quality": 60}),
        (pictures[3], {"save_all": True, "append_images": pictures[4:], "duration": 80, "loop": 0}),
    ):
        file = io.BytesIO()
        picture.save(file, "WEBP", **options)
        made.append(file.getvalue())
    return made


def _video() -> bytes:
    """Eight frames with alpha."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libvpx-vp9", rate=10, options={"auto-alt-ref": "0", "threads": "1"})
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuva420p"
        for number in range(8):
            frame = av.VideoFrame.from_ndarray(np.asarray(_drawn(number)), format="rgba").reformat(format="yuva420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def lottie() -> dict[str, Any]:
    """A document with what rlottie knows: groups, paths, gradients, masks, trims, repeaters, precompositions."""

    def still(value: object) -> dict[str, Any]:
        return {"a": 0, "k": value}

    def moving(first: list[float], last: list[float]) -> dict[str, Any]:
        ease = {"i": {"x": [0.5], "y": [1]}, "o": {"x": [0.5], "y": [0]}}
        return {"a": 1, "k": [{"t": 0, "s": first, "e": last, **ease}, {"t": 60, "s": last}]}

    place = {"p": moving([0, 0], [99, 9]), "a": still([0, 0]), "s": still([90, 90]), "r": still(9), "o": still(80)}
    path = {"v": [[0, 0], [99, 0], [99, 99]], "i": [[0, 0], [9, 9], [0, 0]], "o": [[0, 0], [9, 0], [0, 9]], "c": True}
    colours = {"p": 2, "k": still([0, 1, 0, 0, 1, 0, 0, 1])}
    group = {
        "ty": "gr",
        "it": [
            {"ty": "rc", "s": still([90, 80]), "p": still([50, 50]), "r": still(4)},
            {"ty": "el", "s": moving([10, 10], [90, 90]), "p": still([99, 99])},
            {"ty": "sr", "sy": 1, "pt": still(5), "p": still([9, 9]), "r": still(1), "ir": still(9), "or": still(30),
             "is": still(0), "os": still(0)},
            {"ty": "sh", "ks": still(path)},
            {"ty": "tm", "s": still(10), "e": moving([20], [90]), "o": still(0), "m": 1},
            {"ty": "rp", "c": still(3), "o": still(0), "m": 1,
             "tr": {"ty": "tr", **place, "so": still(90), "eo": still(9)}},
            {"ty": "st", "c": still([1, 0, 0, 1]), "o": still(90), "w": still(4), "lc": 2, "lj": 1, "ml": 4,
             "d": [{"n": "d", "v": still(9)}, {"n": "g", "v": still(4)}]},
            {"ty": "gf", "o": still(90), "r": 1, "t": 1, "s": still([0, 0]), "e": still([99, 99]), "g": colours},
            {"ty": "fl", "c": still([0, 0.5, 1, 1]), "o": still(90), "r": 1},
            {"ty": "tr", **place},
        ],
    }  # fmt: skip
    layer = {"ty": 4, "ind": 1, "ip": 0, "op": 60, "st": 0, "sr": 1, "ks": place, "bm": 0, "shapes": [group]}
    mask = {"mode": "a", "inv": False, "pt": still(path), "o": still(50)}
    masked = {**layer, "ind": 2, "parent": 1, "hasMask": True, "masksProperties": [mask]}
    matte = {**layer, "ind": 3, "tt": 1}
    inner = {"ty": 0, "ind": 4, "refId": "one", "w": 200, "h": 200, "ip": 0, "op": 60, "st": 0, "sr": 1, "ks": place,
             "tm": moving([0], [1])}  # fmt: skip
    return {
        "v": "5.5.2", "fr": 60, "ip": 0, "op": 60, "w": 512, "h": 512, "ddd": 0,
        "assets": [{"id": "one", "layers": [layer]}], "layers": [layer, masked, matte, inner],
    }  # fmt: skip
