"""What the log of a bot that has just started says of engines that are not there."""

from __future__ import annotations

import asyncio
import os

import pytest

from jobs import engines
from persrv.config import Settings


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(engines, "SETTLE_SECONDS", 0.0)


@pytest.fixture
def lacking(tmp_path) -> Settings:
    """A folder that holds no model."""
    return Settings(data_dir=tmp_path / "data", caption_engine="llava", caption_model=str(tmp_path))


async def test_an_engine_that_is_named_and_not_there_is_a_warning(lacking, capfd):
    await engines.look_at_engines(lacking)
    (line,) = capfd.readouterr().err.splitlines()
    assert "WARNING" in line
    assert "PERSRV_CAPTION_" in line  # the engine where its extra is missing, else the model


async def test_the_look_ends_with_the_bot(lacking, monkeypatch):
    began, children = asyncio.Event(), []
    start = asyncio.create_subprocess_exec

    async def started(*arguments, **more):
        children.append(await start(*arguments, **more))
        began.set()
        return children[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", started)
    look = asyncio.create_task(engines.look_at_engines(lacking))
    await began.wait()
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    with pytest.raises(ProcessLookupError):
        os.kill(children[0].pid, 0)
