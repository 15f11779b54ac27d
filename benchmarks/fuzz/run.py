"""Many mutated files through the worker that the product decodes with."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.fuzz.mutations import mutated
from benchmarks.fuzz.samples import Sample
from persrv.adapters.media import ProcessFrameDecoder
from persrv.adapters.media.worker import START_SECONDS
from persrv.errors import MediaCorrupt, MediaTooLarge
from persrv.ports.media import FrameLimits, Frames

FRAMES, SIZE = 4, 128
KINDS = {"webp": 0.3, "tgs": 0.2, "lottie": 0.3, "webm": 0.2}
"""Which share of the files is of which kind."""


@dataclass(slots=True)
class FuzzResult:
    """The figures; `findings` is empty when all is well.

    :ivar outcomes: (kind, outcome) -> files.
    :ivar mutations: Which was used how often.
    :ivar slowest: Seconds of the slowest file, the start of a worker included.
    :ivar findings: What must not be: "seed 1, file 17 (webp, flip_bits): ...".
    """

    seed: int
    files: int
    seconds: float = 0.0
    slowest: float = 0.0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    mutations: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


async def fuzz(
    files: int,
    seed: int,
    samples: Sequence[Sample],
    *,
    limits: FrameLimits = FrameLimits(),  # noqa: B008 - frozen
    workers: int = 2,
    say: Callable[[str], object] = print,
) -> FuzzResult:
    """Decode so many files; the same seed makes the same ones, one by one, whichever worker takes them."""
    result = FuzzResult(seed, files)
    by_kind = {kind: [sample for sample in samples if sample.kind == kind] for kind in KINDS}
    numbers = iter(range(files))
    started = time.monotonic()

    async def work() -> None:
        decoder = ProcessFrameDecoder(limits)
        try:
            for number in numbers:
                await _one(decoder, number, by_kind, limits, result)
                if number and number % 1000 == 0:
                    say(f"{number} files, {time.monotonic() - started:.0f} s, {len(result.findings)} findings")
        finally:
            await decoder.close()

    await asyncio.gather(*(work() for _ in range(workers)))
    result.seconds = time.monotonic() - started
    return result


def case(number: int, seed: int, by_kind: dict[str, list[Sample]]) -> tuple[Sample, str, bytes]:
    """File number so-and-so of a seed: its sample, the mutation's name and the bytes."""
    dice = random.Random(seed * 10_000_019 + number)
    (kind,) = dice.choices(list(KINDS), list(KINDS.values()))
    sample = dice.choice(by_kind[kind])
    return sample, *mutated(sample, dice.choice(by_kind[kind]), dice)


async def _one(
    decoder: ProcessFrameDecoder,
    number: int,
    by_kind: dict[str, list[Sample]],
    limits: FrameLimits,
    result: FuzzResult,
) -> None:
    sample, mutation, data = case(number, result.seed, by_kind)
    started = time.monotonic()
    problem = ""
    try:
        # Beyond every limit of its own the decoder hangs, and would for good.
        async with asyncio.timeout(2 * (limits.seconds + START_SECONDS)):
            frames = await decoder.decode(data, sample.format, frames=FRAMES, size=SIZE)
        outcome = "frames"
        problem = _wrong(frames)
    except MediaCorrupt as error:
        outcome = "its decoder crashed, the worker began anew" if "crash" in str(error) else "refused as damaged"
        problem = _unclear(error)
    except MediaTooLarge as error:
        outcome = "refused as too large"
        outcome = "ended for time" if "seconds" in str(error) else outcome
        outcome = "ended for memory" if "memory" in str(error) else outcome
        problem = _unclear(error)
    except TimeoutError:
        outcome, problem = "HANG", "it never ended"
    except Exception as error:
        outcome, problem = "OTHER ERROR", f"{type(error).__name__}: {error}"
    result.slowest = max(result.slowest, time.monotonic() - started)
    result.outcomes[sample.kind, outcome] += 1
    result.mutations[mutation] += 1
    if problem:
        result.findings.append(f"seed {result.seed}, file {number} ({sample.kind}, {mutation}): {problem}")


def _wrong(frames: Frames) -> str:
    """What is wrong with frames, or "" (see `persrv.ports.media.Frames`)."""
    count, height, width, channels = frames.pixels.shape
    times = frames.times
    if not (1 <= count <= FRAMES and channels == 4 and max(height, width) == SIZE and frames.pixels.dtype == np.uint8):
        return f"frames of shape {frames.pixels.shape}"
    if not (len(times) == count and times[0] == 0 and np.isfinite(times).all() and (np.diff(times) > 0).all()):
        return f"times {times.tolist()}"
    if not (np.isfinite(frames.duration) and frames.duration >= times[-1]):
        return f"a duration of {frames.duration} after {times.tolist()}"
    return ""


def _unclear(error: Exception) -> str:
    """An error's message has to be a sentence."""
    text = str(error)
    return "" if len(text) > 20 and text[0].isupper() and text[-1] in ".?" else f"an unclear message: {text!r}"
