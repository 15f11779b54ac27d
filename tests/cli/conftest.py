"""The command line in a process of its own, and the stand-in of Telegram with sets in it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest
from PIL import Image

from bot.sandbox.packs.model import SamplePack, SampleSticker
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.domain.stickers import PackKind, StickerFormat

TOKEN = "4242:only-for-tests-and-for-nothing-else"


def run_command(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """`persrv ...` in a process of its own, whatever its exit code; never a trace."""
    result = subprocess.run(
        [sys.executable, "-m", "persrv", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert "Traceback" not in result.stderr + result.stdout, result.stderr
    return result


@pytest.fixture
def world():
    return World(TOKEN)


@pytest.fixture
def server(world):
    with SandboxServer(world) as running:
        yield running


@pytest.fixture
def persrv(server, tmp_path):
    """Run `persrv ...`; settings by name without the prefix; None takes one away."""

    def run(
        *arguments: str, timeout: float = 60, encoding: str = "utf-8", columns: int = 200, **settings: str | None
    ) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PERSRV_")}
        chosen = {"BOT_TOKEN": TOKEN, "DATA_DIR": str(tmp_path / "data"), "TELEGRAM_API_URL": server.url} | settings
        environment |= {f"PERSRV_{name}": value for name, value in chosen.items() if value is not None}
        environment |= {"COLUMNS": str(columns), "NO_COLOR": "1", "PYTHONIOENCODING": encoding}
        result = run_command(arguments, environment, timeout)
        assert "only-for-tests" not in result.stderr + result.stdout
        return result

    return run


def picture(shade: int, kind: str = "WEBP") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (shade, 80, 160)).save(out, kind)
    return out.getvalue()


@pytest.fixture
def add_pack(world, tmp_path):
    def add(name: str, files: list[bytes], emoji: str = "🎉", kind: PackKind = PackKind.REGULAR) -> None:
        stickers = []
        for number, data in enumerate(files):
            path = tmp_path / f"{name}{number}.webp"
            path.write_bytes(data)
            stickers.append(SampleSticker(path, StickerFormat.STATIC, emoji, 64, 64))
        world.add_pack(SamplePack(name, name, tuple(stickers), "drawn by the tests"), kind)

    return add
