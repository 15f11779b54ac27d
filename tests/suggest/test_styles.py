"""Profiles are fitted beside answers, one person after the other, and nobody is left out."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from persrv.errors import StorageError
from persrv.ports.learning import PersonsChoices
from persrv.suggest import styles
from persrv.suggest.serving import Serving
from persrv.suggest.styles import StyleKeeper


class Log:
    """Everybody chose one sticker; the database is busy as often as it is told to be."""

    def __init__(self, busy):
        self.busy = busy

    async def choices_of(self, user_id):
        if self.busy:
            self.busy -= 1
            raise StorageError("the database is busy")
        return PersonsChoices(user_id, (1,), (2,))

    async def people_since(self, choices):
        return []


class Profiles:
    def __init__(self):
        self.saved = []

    async def save(self, profiles):
        self.saved += [profile.user_id for profile in profiles]


class Holder:
    current = Serving(generation="g", space_id="s", vectors=np.eye(4, dtype=np.float16))


async def test_who_could_not_be_fitted_for_a_busy_database_is_fitted_later(monkeypatch):
    monkeypatch.setattr(styles, "RETRY_SECONDS", 0.01)
    profiles = Profiles()
    with ThreadPoolExecutor(1) as executor:
        keeper = StyleKeeper(log=Log(busy=2), profiles=profiles, serving=Holder(), executor=executor, styles=5)
        running = asyncio.create_task(keeper.run())
        keeper.wake(7)
        keeper.wake(8)
        async with asyncio.timeout(10):
            while len(profiles.saved) < 2:  # noqa: ASYNC110 - there is nothing to wait for but time
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert sorted(profiles.saved) == [7, 8]


async def test_between_two_fits_there_is_a_pause_many_times_as_long_for_those_who_ask(monkeypatch):
    monkeypatch.setattr(styles, "REST", 50.0)
    began = []

    class SlowLog(Log):
        async def choices_of(self, user_id):
            began.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.01)
            return await super().choices_of(user_id)

    with ThreadPoolExecutor(1) as executor:
        keeper = StyleKeeper(log=SlowLog(busy=0), profiles=Profiles(), serving=Holder(), executor=executor, styles=5)
        running = asyncio.create_task(keeper.run())
        keeper.wake(7)
        keeper.wake(8)
        async with asyncio.timeout(60):
            while len(began) < 2:  # noqa: ASYNC110 - there is nothing to wait for but time
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert began[1] - began[0] >= 50 * 0.01
