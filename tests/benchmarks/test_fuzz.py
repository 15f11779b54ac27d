"""A short run of the fuzzing, and that it would see what must not be."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fuzz import run
from benchmarks.fuzz.run import KINDS, case, fuzz
from benchmarks.fuzz.samples import samples
from persrv.errors import MediaCorrupt
from persrv.ports.media import FrameLimits, Frames


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    return samples(tmp_path_factory.mktemp("packs"))


@pytest.fixture
def by_kind(begun):
    return {kind: [sample for sample in begun if sample.kind == kind] for kind in KINDS}


def quiet(_text):
    pass


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_three_hundred_mutated_files_end_in_frames_or_a_clear_error(begun):
    result = await fuzz(300, 5, begun, limits=FrameLimits(seconds=3), say=quiet)
    assert result.findings == []
    assert result.outcomes.total() == 300
    outcomes = {outcome for _, outcome in result.outcomes}
    assert {"frames", "refused as damaged", "refused as too large"} <= outcomes


def test_the_same_seed_makes_the_same_files_and_every_kind_is_among_them(by_kind):
    first = [case(number, 1, by_kind) for number in range(60)]
    assert first == [case(number, 1, by_kind) for number in range(60)]
    assert first != [case(number, 2, by_kind) for number in range(60)]
    assert {sample.kind for sample, _, _ in first} == set(KINDS)
    assert sum(data != sample.data for sample, _, data in first) > 50


class Misbehaving:
    """A decoder that does what no decoder may."""

    def __init__(self, what):
        self._what = what

    async def decode(self, data, format, *, frames, size):
        if isinstance(self._what, Exception):
            raise self._what
        return self._what

    async def close(self):
        pass


def frames(count=1, side=128, times=(0.0,), duration=0.0, channels=4):
    pixels = np.zeros((count, side, side, channels), np.uint8)
    return Frames(pixels, np.array(times, dtype=np.float32), duration)


@pytest.mark.parametrize(
    ("what", "finding"),
    [
        (ValueError("oh"), "ValueError: oh"),
        (MediaCorrupt("bad"), "an unclear message"),
        (frames(side=129), "frames of shape"),
        (frames(count=5, times=(0, 1, 2, 3, 4), duration=5), "frames of shape"),
        (frames(count=2, times=(0, 0), duration=1), "times"),
        (frames(times=(0.0,), duration=float("nan")), "a duration"),
    ],
)
async def test_what_must_not_be_is_a_finding(monkeypatch, begun, what, finding):
    monkeypatch.setattr(run, "ProcessFrameDecoder", lambda limits: Misbehaving(what))
    result = await fuzz(1, 1, begun, workers=1, say=quiet)
    assert len(result.findings) == 1
    assert finding in result.findings[0]
