"""Work in the background: what ends with an error is told and begins again."""

from __future__ import annotations

import asyncio

import pytest

from persrv.bootstrap import in_background, process


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(process, "FIRST_PAUSE_SECONDS", 0.01)


async def test_work_that_ends_with_an_error_is_logged_and_counted_and_begins_again(caplog):
    begun, errors = [], []

    async def work():
        begun.append(None)
        if len(begun) < 3:
            raise RuntimeError("nobody foresaw this")
        await asyncio.Event().wait()

    async with in_background(work, failed=lambda: errors.append(None)):
        async with asyncio.timeout(10):
            while len(begun) < 3:  # noqa: ASYNC110 - there is nothing to wait for but time
                await asyncio.sleep(0.01)
    assert len(errors) == 2
    assert [str(record.exc_info[1]) for record in caplog.records] == ["nobody foresaw this"] * 2


async def test_work_that_is_done_does_not_begin_again_and_the_rest_ends_with_the_body():
    begun, ended = [], []

    async def short():
        begun.append("short")

    async def endless():
        begun.append("endless")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)  # what it still has to write
            ended.append("endless")

    async with in_background(short, endless):
        await asyncio.sleep(0.05)
    assert begun == ["short", "endless"]
    assert ended == ["endless"]
