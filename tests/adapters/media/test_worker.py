"""The child process: it survives every file, and it holds nothing that a file could want."""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from persrv import children
from persrv.adapters.media import ProcessFrameDecoder
from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaError, MediaTooLarge, PerSRVError
from persrv.ports.media import FrameLimits

STATIC, ANIMATED, VIDEO = StickerFormat.STATIC, StickerFormat.ANIMATED, StickerFormat.VIDEO
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at the worker through /proc")


async def red(decoder, samples):
    """The decoder still works: a picture comes out red."""
    frames = await decoder.decode(samples[STATIC], STATIC, frames=1, size=64)
    return frames.pixels[0, 32, 12].tolist() == [255, 0, 0, 255]


def pid_of(decoder):
    return decoder._worker.process.pid


@pytest.fixture(params=["process", "memory"])
def any_decoder(request, decoder, memory_decoder):
    return decoder if request.param == "process" else memory_decoder


@pytest.mark.parametrize("format", list(StickerFormat))
async def test_a_decoder_gives_at_most_the_frames_that_are_asked_for(any_decoder, samples, format):
    frames = await any_decoder.decode(samples[format], format, frames=3, size=48)
    count = 1 if format is STATIC else 3
    assert frames.pixels.shape == (count, 48, 48, 4)
    assert frames.times.shape == (count,)
    assert frames.times[0] == 0
    assert all(a < b for a, b in zip(frames.times, [*frames.times[1:], frames.duration or 1], strict=True))


async def test_a_decoder_refuses_what_is_mislabelled_or_too_big(any_decoder, samples):
    with pytest.raises(MediaCorrupt):
        await any_decoder.decode(samples[STATIC], VIDEO, frames=1, size=8)
    with pytest.raises(MediaTooLarge):
        await any_decoder.decode(samples[STATIC] + bytes(100_000), STATIC, frames=1, size=8)
    await any_decoder.close()
    await any_decoder.close()


async def test_the_worker_starts_with_the_first_file_and_stays(decoder, samples):
    assert decoder._worker is None
    assert await red(decoder, samples)
    first = pid_of(decoder)
    with pytest.raises(MediaCorrupt, match="damaged"):
        await decoder.decode(samples[VIDEO][:60], VIDEO, frames=1, size=8)
    assert await red(decoder, samples)
    assert pid_of(decoder) == first


async def test_many_tasks_may_ask_at_once_and_each_gets_its_own_answer(decoder, art):
    shades = range(0, 250, 25)
    files = [art.picture(left=(shade, 0, 0, 255)) for shade in shades]
    answers = await asyncio.gather(*(decoder.decode(file, STATIC, frames=1, size=64) for file in files))
    assert [int(answer.pixels[0, 5, 5, 0]) for answer in answers] == list(shades)


async def test_closing_ends_the_worker_and_refuses_further_files(decoder, samples):
    await red(decoder, samples)
    pid = pid_of(decoder)
    await decoder.close()
    await decoder.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="closed"):
        await red(decoder, samples)


async def test_a_file_that_crashes_its_decoder_is_corrupt(decoder, art, samples):
    with pytest.raises(MediaCorrupt, match="crash"):
        await decoder.decode(art.crash(), ANIMATED, frames=2, size=64)
    assert await red(decoder, samples)


async def test_a_file_that_never_ends_is_stopped_and_the_event_loop_runs_on(art, samples):
    decoder = ProcessFrameDecoder(FrameLimits(seconds=1.0))
    assert await red(decoder, samples)
    began = time.perf_counter()
    pid = pid_of(decoder)
    late = []

    async def watch():
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            late.append(time.perf_counter() - before - 0.01)

    watcher = asyncio.create_task(watch())
    with pytest.raises(MediaTooLarge, match="takes longer than 1 seconds"):
        await decoder.decode(art.hang(), ANIMATED, frames=2, size=64)
    watcher.cancel()
    assert 0.9 < time.perf_counter() - began < 5
    assert max(late) < 0.5
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert await red(decoder, samples)
    await decoder.close()


@needs_linux
async def test_a_file_that_eats_memory_is_too_large(art, samples):
    decoder = ProcessFrameDecoder(FrameLimits(memory_bytes=200_000_000))
    with pytest.raises(MediaTooLarge, match="memory"):
        await decoder.decode(art.hunger(), ANIMATED, frames=2, size=64)
    assert await red(decoder, samples)
    await decoder.close()


async def test_a_worker_that_was_killed_while_idle_is_replaced(decoder, samples):
    await red(decoder, samples)
    os.kill(pid_of(decoder), signal.SIGKILL)
    assert await red(decoder, samples)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_file_is_tried_again_when_somebody_else_ends_its_worker(art, samples, number):
    decoder = ProcessFrameDecoder(FrameLimits(seconds=2.0))
    await red(decoder, samples)
    first = pid_of(decoder)
    asked = asyncio.create_task(decoder.decode(art.hang(), ANIMATED, frames=1, size=8))
    await asyncio.sleep(0.3)
    os.kill(first, number)
    with pytest.raises(MediaTooLarge, match="takes longer"):  # the second try, ended by the time limit
        await asked
    await decoder.close()


async def test_a_caller_that_gives_up_does_not_spoil_the_next_answer(art, samples, decoder):
    await red(decoder, samples)
    asked = asyncio.create_task(decoder.decode(art.hang(), ANIMATED, frames=1, size=8))
    await asyncio.sleep(0.2)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await red(decoder, samples)


async def outcome(decoder, data, format):
    """Which of the two allowed ends a file came to; any other exception fails the test."""
    try:
        frames = await decoder.decode(data, format, frames=3, size=32)
    except MediaError as refused:
        problem = str(refused)
    else:
        assert max(frames.pixels.shape[1:3]) == 32
        return "frames"
    assert problem.endswith((".", "?"))
    return "errors"


async def test_three_bits_of_noise_in_any_file_end_in_frames_or_a_media_error(art, samples, decoder):
    noise = random.Random(20250427)
    ends = {"frames": 0, "errors": 0}
    lottie = art.tgs()
    pools = [(STATIC, samples[STATIC]), (STATIC, art.animated_picture()), (STATIC, art.picture("GIF", "P"))]
    pools += [(VIDEO, samples[VIDEO]), (ANIMATED, lottie)]
    for _ in range(30):
        for format, good in pools:
            data = bytearray(good)
            for _ in range(3):
                data[noise.randrange(4, len(data))] ^= 1 << noise.randrange(8)
            ends[await outcome(decoder, bytes(data), format)] += 1
    assert min(ends.values()) > 10
    assert await red(decoder, samples)


async def test_noise_inside_of_a_drawing_ends_in_frames_or_a_media_error(art, samples):
    decoder = ProcessFrameDecoder(FrameLimits(seconds=2.0, memory_bytes=300_000_000))
    noise = random.Random(7)
    text = gzip.decompress(art.tgs())
    for _ in range(60):
        data = bytearray(text)
        for _ in range(2):
            data[noise.randrange(len(data))] = noise.choice(b'0123456789-.,:"[]{}etpk')
        await outcome(decoder, gzip.compress(bytes(data)), ANIMATED)
    assert await red(decoder, samples)
    await decoder.close()


@needs_linux
async def test_the_worker_has_no_secrets_and_few_rights(decoder, samples, monkeypatch):
    monkeypatch.setenv("PERSRV_BOT_TOKEN", "12345:secret")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    await red(decoder, samples)
    process = Path("/proc", str(pid_of(decoder)))
    environment = process.joinpath("environ").read_bytes()
    assert b"PYTHONUTF8=1" in environment
    assert b"secret" not in environment
    assert b"PERSRV_" not in environment
    rows = process.joinpath("limits").read_text().splitlines()
    limits = {row[:26].strip(): row[26:].split()[0] for row in rows}
    assert limits["Max core file size"] == "0"
    assert int(limits["Max open files"]) <= 32
    assert int(limits["Max file size"]) <= 65_536
    assert 1_500_000_000 < int(limits["Max address space"]) < 3_000_000_000
    assert int(process.joinpath("stat").read_text().rpartition(")")[2].split()[16]) > 0  # niceness


@needs_linux
@pytest.mark.parametrize("busy", [False, True])
async def test_the_worker_dies_with_its_parent_also_in_the_middle_of_a_file(tmp_path, art, busy):
    hang, good = tmp_path / "hang.tgs", tmp_path / "good.tgs"
    hang.write_bytes(art.hang())
    good.write_bytes(art.tgs())
    script = f"""
        import asyncio, os, pathlib
        from persrv.adapters.media import ProcessFrameDecoder
        from persrv.domain.stickers import StickerFormat
        from persrv.ports.media import FrameLimits

        async def main():
            # So much memory that the lack of it is not what ends the worker.
            decoder = ProcessFrameDecoder(FrameLimits(seconds=1.0, memory_bytes=2**34))

            async def ask(path):
                data = pathlib.Path(path).read_bytes()
                await decoder.decode(data, StickerFormat.ANIMATED, frames=1, size=8)

            await ask({str(good)!r})
            if {busy}:
                asked = asyncio.create_task(ask({str(hang)!r}))
                await asyncio.sleep(0.3)
            print(decoder._worker.process.pid, flush=True)
            os.kill(os.getpid(), 9)

        asyncio.run(main())
        """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    # A second for the file, three of grace; the file itself would go on for minutes.
    assert await asyncio.to_thread(dies_within, int(told.stdout), 15)


def dies_within(pid, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


async def test_a_worker_that_cannot_start_does_not_blame_the_file(samples, monkeypatch, tmp_path):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(children, "SOURCES", tmp_path)
    broken = tmp_path / "persrv"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('no libraries here')")
    decoder = ProcessFrameDecoder()
    with pytest.raises(PerSRVError, match="no libraries here") as caught:
        await red(decoder, samples)
    assert not isinstance(caught.value, MediaError)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(PerSRVError, match="cannot be started"):
        await red(decoder, samples)
    await decoder.close()


async def test_senseless_wishes_are_refused(decoder, samples):
    for frames, size in [(0, 8), (1, 0)]:
        with pytest.raises(ValueError, match="at least 1"):
            await decoder.decode(samples[STATIC], STATIC, frames=frames, size=size)
