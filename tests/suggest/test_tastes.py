"""What a person chose, as persrv-plus weighs it."""

import asyncio
from datetime import UTC, datetime

import numpy as np
import pytest

from persrv.ports.learning import TimedChoice
from persrv.preference.share import PRIOR, style_field, style_gate, style_share
from persrv.recall.memory import remember
from persrv.suggest import Taste
from persrv.suggest.tastes import TasteKeeper


@pytest.fixture
def field():
    """Eighty stickers, twenty in each of four styles; row i has style i % 4."""
    return style_field(np.eye(6)[np.arange(80) % 4], space_id="test")


def taste(stickers, counts=None):
    counts = [1] * len(stickers) if counts is None else counts
    return Taste("1", np.array(stickers), np.array(counts), remember([], now=0.0))


def test_a_sticker_is_liked_by_gate_times_share(field):
    person, ids = taste([0, 1, 4], [2, 1, 1]), np.arange(80)
    share = style_share(field, ids, person.stickers, person.counts)
    assert person.preference(field, ids) == pytest.approx(style_gate(field, person.stickers) * share)
    assert person.gate(field) == style_gate(field, person.stickers)


def test_repeats_are_a_habit_and_prove_no_style(field):
    assert taste([0, 1], [100, 1]).gate(field) == taste([0, 1]).gate(field)


def test_who_chooses_from_all_styles_alike_likes_nothing_more_than_the_rest(field):
    person = taste(range(80), [1, 2] * 40)
    assert person.gate(field) == 0.0
    assert not person.preference(field, np.arange(80)).any()


def test_stickers_of_after_the_night_say_nothing_yet(field):
    assert taste([80, 81, 82]).gate(field) == PRIOR
    assert taste([0, 4, 80]).gate(field) == taste([0, 4]).gate(field)
    assert taste([0, 4, 80]).preference(field, np.array([8, 80]))[1] == 0.0


async def test_what_was_read_before_somebody_was_forgotten_is_not_kept():
    class Log:
        def __init__(self):
            self.rows = [TimedChoice(1, "a wish", datetime.now(UTC))]
            self.read = asyncio.Event()

        async def latest_of(self, user_id, most):
            rows = list(self.rows)
            await self.read.wait()
            return rows

    log = Log()
    keeper = TasteKeeper(log, now=lambda: datetime.now(UTC), capacity=1)
    for somebody in range(100, 110):  # as many as ten times those that are kept
        keeper.forget(somebody)
    reading = asyncio.create_task(keeper.taste(7))
    await asyncio.sleep(0)
    log.rows = []
    keeper.forget(7)
    log.read.set()
    assert (await reading).stickers.tolist() == [1]
    assert await keeper.taste(7) is None
