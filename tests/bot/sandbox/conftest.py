"""A whole stand-in of Telegram over loopback, with the real client library and a small sticker set."""

import gzip
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
import telegram
from PIL import Image

from bot.sandbox.client import SandboxClient
from bot.sandbox.packs.model import SamplePack, SampleSticker
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.domain.stickers import StickerFormat

TOKEN = "4242:only-for-tests"

MakePack = Callable[..., SamplePack]


def picture(shade: int, kind: str = "WEBP", size: tuple[int, int] = (48, 32)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if kind == "WEBP" else "RGB", size, (shade, 80, 160)).save(out, kind, lossless=True)
    return out.getvalue()


def lottie(frames: int = 30, *, moves: bool = True) -> dict[str, object]:
    """A red square of 256 x 256 at 30 frames a second; it slides from the middle of 512 x 512 to the right."""
    fixed = {"a": 0, "k": 0}
    ease = {"x": [0.5], "y": [0.5]}
    shape = {"ty": "rc", "p": {"a": 0, "k": [0, 0]}, "s": {"a": 0, "k": [256, 256]}, "r": fixed}
    fill = {"ty": "fl", "c": {"a": 0, "k": [1, 0, 0, 1]}, "o": {"a": 0, "k": 100}, "r": 1}
    spot = {"ty": "tr", "p": {"a": 0, "k": [256, 256]}, "a": {"a": 0, "k": [0, 0]}, "r": fixed}
    spot |= {"s": {"a": 0, "k": [100, 100]}, "o": {"a": 0, "k": 100}}
    layer = {"ty": 4, "ip": 0, "op": frames, "st": 0, "ks": {"o": {"a": 0, "k": 100}}, "ind": 1}
    if moves:
        path = [{"t": 0, "s": [256, 256], "e": [384, 256], "i": ease, "o": ease}, {"t": frames}]
        spot["p"] = {"a": 1, "k": path}
    layer["shapes"] = [{"ty": "gr", "it": [shape, fill, spot]}]
    return {"v": "5.5.2", "fr": 30, "ip": 0, "op": frames, "w": 512, "h": 512, "layers": [layer], "assets": []}


def tgs(described: object) -> bytes:
    return gzip.compress(json.dumps(described).encode())


def webm(side: int = 64) -> bytes:
    """VP9 with alpha: the left half opaque green, the right half clear."""
    pixels = np.zeros((side, side, 4), np.uint8)
    pixels[:, : side // 2] = (0, 200, 0, 255)
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=30)
        stream.width = stream.height = side
        stream.pix_fmt = "yuva420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgba")))
        container.mux(stream.encode())
    return out.getvalue()


@pytest.fixture
def make_pack(tmp_path: Path) -> MakePack:
    """A set of so many different pictures."""

    def make(name: str = "Cats_by_test", count: int = 3, *, start: int = 0, emoji: str = "😀") -> SamplePack:
        stickers = []
        for shade in range(start, start + count):
            path = tmp_path / f"{shade}.webp"
            path.write_bytes(picture(shade))
            stickers.append(SampleSticker(path, StickerFormat.STATIC, emoji, 48, 32))
        return SamplePack(name, name.replace("_", " "), tuple(stickers), "drawn by the tests")

    return make


@pytest.fixture
def world(make_pack: MakePack) -> World:
    made = World(TOKEN)
    made.add_pack(make_pack())
    return made


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[SandboxServer]:
    with SandboxServer(world, static=tmp_path / "no-page") as running:
        yield running


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncIterator[telegram.Bot]:
    """The client that the bot uses."""
    url = server.url
    async with telegram.Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as made:
        yield made


@pytest.fixture
async def raw(server: SandboxServer) -> AsyncIterator[httpx.AsyncClient]:
    """Bare requests to the bot's methods."""
    base = f"{server.url}/bot{TOKEN}/"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def people(server: SandboxServer) -> Iterator[SandboxClient]:
    with SandboxClient(server.url, timeout=5) as client:
        yield client


@pytest.fixture
def draw() -> Callable[..., bytes]:
    """A picture's bytes: `draw(shade, kind, size)`."""
    return picture


@pytest.fixture
def tgs_file() -> Callable[[object], bytes]:
    return tgs


@pytest.fixture
def red_square() -> Callable[..., dict[str, object]]:
    return lottie


@pytest.fixture
def half_green_video() -> bytes:
    return webm()
