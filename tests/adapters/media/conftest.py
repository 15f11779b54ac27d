"""Sticker files drawn in the test, and in-memory fakes of the media ports."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import av
import numpy as np
import pytest
from PIL import Image

from persrv.adapters.media import ProcessFrameDecoder
from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaTooLarge
from persrv.ports.media import FrameLimits, Frames

RED = (255, 0, 0, 255)
GLASS = (0, 0, 255, 128)  # half transparent blue
CLEAR = (0, 0, 0, 0)


class Art:
    """Draws sticker files: the left half of one colour, the right half of another."""

    RED, GLASS, CLEAR = RED, GLASS, CLEAR

    def halves(self, left=RED, right=GLASS, width=64, height=64) -> np.ndarray:
        pixels = np.zeros((height, width, 4), np.uint8)
        pixels[:, : width // 2] = left
        pixels[:, width // 2 :] = right
        return pixels

    def picture(self, kind="WEBP", mode="RGBA", **halves) -> bytes:
        file = io.BytesIO()
        options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
        Image.fromarray(self.halves(**halves)).convert(mode).save(file, kind, **options)
        return file.getvalue()

    def animated_picture(self, kind="WEBP", colours=(RED, GLASS), milliseconds=100) -> bytes:
        pictures = [Image.fromarray(self.halves(left=colour, right=CLEAR)) for colour in colours]
        file = io.BytesIO()
        more = {"lossless": True} if kind == "WEBP" else {"disposal": 2} if kind == "GIF" else {}
        pictures[0].save(file, kind, save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0, **more)
        return file.getvalue()

    def webm(self, frames=5, rate=10, codec="libvpx-vp9", pixels=None) -> bytes:
        """By default every frame is the same; `pixels` gives the frames themselves."""
        pixels = [self.halves()] * frames if pixels is None else pixels
        file = io.BytesIO()
        with av.open(file, "w", format="webm") as container:
            stream = container.add_stream(codec, rate=rate)
            stream.height, stream.width = pixels[0].shape[:2]
            stream.pix_fmt = "yuva420p"
            stream.options = {"crf": "10", "b:v": "1M", "auto-alt-ref": "0"}
            for index, picture in enumerate(pixels):
                frame = av.VideoFrame.from_ndarray(picture, format="rgba").reformat(format="yuva420p")
                frame.pts = index
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return file.getvalue()

    def still(self, **keys: float) -> dict[str, Any]:
        return {name: {"a": 0, "k": value} for name, value in keys.items()}

    def place(self) -> dict[str, Any]:
        return self.still(p=[0, 0], a=[0, 0], s=[100, 100], r=0, o=100)

    def rectangle(self, x, y, width, height, colour) -> dict[str, Any]:
        fill = self.still(c=[channel / 255 for channel in colour[:3]] + [1], o=colour[3] / 255 * 100)
        outline = self.still(s=[width, height], p=[x + width / 2, y + height / 2], r=0)
        shapes = [
            {"ty": "rc", "d": 1, **outline},
            {"ty": "fl", "r": 1, **fill},
            {"ty": "tr", **self.place()},
        ]
        return {"ty": "gr", "it": shapes}

    def layer(self, shapes, first=0, last=60) -> dict[str, Any]:
        return {
            "ty": 4,
            "ip": first,
            "op": last,
            "st": 0,
            "sr": 1,
            "ks": self.place(),
            "bm": 0,
            "shapes": shapes,
        }

    def use(self, name: str) -> dict[str, Any]:
        """A layer that shows the composition of that name."""
        return {**self.layer([]), "ty": 0, "refId": name, "w": 512, "h": 512}

    def lottie(self, layers=None, **changes) -> dict[str, Any]:
        if layers is None:
            layers = [
                self.layer([self.rectangle(0, 0, 256, 512, RED)]),
                self.layer([self.rectangle(256, 0, 256, 512, GLASS)]),
            ]
        document = {"v": "5.5.2", "fr": 60, "ip": 0, "op": 60, "w": 512, "h": 512, "assets": []}
        return {**document, "layers": layers, **changes}

    def tgs(self, document: object = None) -> bytes:
        return gzip.compress(json.dumps(self.lottie() if document is None else document).encode(), mtime=0)

    def crash(self) -> bytes:
        """A composition that shows itself: rlottie recurses until its stack is full."""
        return self.tgs(self.lottie([self.use("a")], assets=[{"id": "a", "layers": [self.use("a")]}]))

    def hang(self) -> bytes:
        """Thirty compositions, each showing the next one ten times."""
        assets = [{"id": f"a{i}", "layers": [self.use(f"a{i + 1}")] * 10} for i in range(30)]
        last = {"id": "a30", "layers": [self.layer([self.rectangle(0, 0, 9, 9, RED)])]}
        return self.tgs(self.lottie([self.use("a0")], assets=[*assets, last]))

    def hunger(self) -> bytes:
        """One rectangle, repeated a hundred million times."""
        copies = {"ty": "rp", "m": 1, **self.still(c=1e8, o=0)}
        copies["tr"] = {"ty": "tr", **self.place(), **self.still(so=100, eo=100)}
        group = {
            "ty": "gr",
            "it": [self.rectangle(0, 0, 9, 9, RED), copies, {"ty": "tr", **self.place()}],
        }
        return self.tgs(self.lottie([self.layer([group])]))


class MemoryMediaStore:
    """`MediaStore` in a dict."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, StickerFormat], bytes] = {}

    async def write(self, identity: str, format: StickerFormat, data: bytes) -> None:
        self._files[identity, format] = data

    async def read(self, identity: str, format: StickerFormat) -> bytes | None:
        return self._files.get((identity, format))


class MemoryFrameDecoder:
    """`FrameDecoder` that makes frames of one colour, taken from the bytes' hash, after looking at the magic."""

    MAGIC: ClassVar = {
        StickerFormat.STATIC: b"RIFF",
        StickerFormat.ANIMATED: b"\x1f\x8b",
        StickerFormat.VIDEO: b"\x1a\x45\xdf\xa3",
    }

    def __init__(self, limits: FrameLimits) -> None:
        self._limits = limits

    async def decode(self, data: bytes, format: StickerFormat, *, frames: int, size: int) -> Frames:
        if len(data) > self._limits.max_bytes:
            raise MediaTooLarge("The file has too many bytes.")
        if not data.startswith(self.MAGIC[format]):
            raise MediaCorrupt("The file is not what it claims to be.")
        count = 1 if format is StickerFormat.STATIC else frames
        pixels = np.full((count, size, size, 4), 255, np.uint8)
        pixels[..., :3] = list(hashlib.sha256(data).digest()[:3])
        return Frames(pixels, np.arange(count, dtype=np.float32), 0.0 if count == 1 else float(count))

    async def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def art() -> Art:
    return Art()


@pytest.fixture(scope="session")
def samples(art: Art) -> dict[StickerFormat, bytes]:
    return {
        StickerFormat.STATIC: art.picture(),
        StickerFormat.ANIMATED: art.tgs(),
        StickerFormat.VIDEO: art.webm(),
    }


@pytest.fixture
def memory_store() -> MemoryMediaStore:
    return MemoryMediaStore()


@pytest.fixture
def memory_decoder() -> MemoryFrameDecoder:
    return MemoryFrameDecoder(FrameLimits(max_bytes=100_000))


@pytest.fixture
async def decoder() -> AsyncIterator[ProcessFrameDecoder]:
    decoder = ProcessFrameDecoder(FrameLimits(max_bytes=100_000))
    yield decoder
    await decoder.close()
