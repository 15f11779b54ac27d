"""What a person at the terminal sees of the drawing, and how Ctrl+C ends it."""

import asyncio
import io
import threading
import time

import pytest
from rich.console import Console

from bot.sandbox import drawing
from bot.sandbox.drawing import draw_sample_packs
from bot.sandbox.packs import build_sample_packs


@pytest.fixture
def terminal():
    return Console(file=io.StringIO(), width=100, force_terminal=True)


@pytest.fixture(autouse=True)
def _a_few_stickers(monkeypatch):
    def few(cache, *, progress):
        return build_sample_packs(cache, only={"bouncy/ok", "bouncy/love", "bouncy/bye"}, progress=progress)

    monkeypatch.setattr(drawing, "build_sample_packs", few)


async def test_a_bar_counts_the_first_time_and_is_silent_afterwards(tmp_path, terminal):
    (pack,) = await draw_sample_packs(tmp_path, terminal)
    assert len(pack.stickers) == 3
    shown = terminal.file.getvalue()
    assert "Drawing the sample packs" in shown
    assert "3/3" in shown
    terminal.file.truncate(0)
    assert await draw_sample_packs(tmp_path, terminal) == (pack,)
    assert terminal.file.getvalue().strip("\0") == ""


async def test_who_stops_waiting_stops_the_drawing(tmp_path, terminal, monkeypatch):
    steps = []
    began = threading.Event()

    def endless(cache, *, progress):
        for done in range(1000):
            steps.append(done)
            began.set()
            progress(done, 1000)
            time.sleep(0.01)

    monkeypatch.setattr(drawing, "build_sample_packs", endless)
    waiting = asyncio.create_task(draw_sample_packs(tmp_path, terminal))
    assert await asyncio.to_thread(began.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(0.1)
    seen = len(steps)
    await asyncio.sleep(0.1)
    assert len(steps) == seen < 100
