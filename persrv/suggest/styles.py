"""People's style profiles, at hand while the bot answers, and fresh after every choice."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from concurrent.futures import Executor
from functools import partial
from typing import Final

from persrv.errors import StorageError
from persrv.ports.learning import ChoiceLog, ProfileStore, StoredProfile
from persrv.preference.choices import profile_of_choices
from persrv.preference.profile import StyleProfile
from persrv.preference.profile_bytes import profile_from_bytes, profile_to_bytes
from persrv.suggest.serving import Serving, ServingHolder

_log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 1.0
"""Before profiles are tried again that the database could not take."""

REST: Final = 20.0
"""Times as long as a fit took before the next: where many people choose, those who ask come first."""

REMEMBERED = 20_000
"""Profiles kept in memory, of some 700 bytes each in 32 dimensions."""


class StyleKeeper:
    """Gives profiles in the space that serves, and fits them anew in the background after each choice.

    A profile of another space is never given: while one is missing in a new space, its person is ranked as one
    without history, and it is fitted in the background.
    """

    def __init__(
        self,
        *,
        log: ChoiceLog,
        profiles: ProfileStore,
        serving: ServingHolder,
        executor: Executor,
        styles: int,
        capacity: int = REMEMBERED,
    ) -> None:
        """:param styles: k, the most styles that a person has."""
        self._log = log
        self._profiles = profiles
        self._serving = serving
        self._executor = executor
        self._styles = styles
        self._capacity = capacity
        self._known: OrderedDict[int, tuple[str, StyleProfile | None]] = OrderedDict()
        self._due: OrderedDict[int, None] = OrderedDict()
        self._arrived = asyncio.Event()
        self._caught_up = ""

    async def profile(self, user_id: int) -> StyleProfile | None:
        """A person's profile in the space that serves; None for one without a style, and until it is fitted."""
        space = self._serving.current.space_id
        if not space:
            return None
        known = self._known.get(user_id)
        if known is not None and known[0] == space:
            self._known.move_to_end(user_id)
            return known[1]
        try:
            data = await self._profiles.load(user_id, space)
            found = None if data is None else profile_from_bytes(data)
        except StorageError as error:
            _log.warning("a style profile cannot be read and is made anew: %s", error)
            found = None
        self._remember(user_id, space, found)
        if found is None:
            self.wake(user_id)  # chosen something before there was this space? a stranger costs one small read
        return found

    def wake(self, user_id: int) -> None:
        """This person has chosen something: fit their profile anew, in the background."""
        self._due[user_id] = None
        self._arrived.set()

    def forget(self, user_id: int) -> None:
        """Drop what is remembered of one person."""
        self._known.pop(user_id, None)
        self._due.pop(user_id, None)

    def serving_changed(self, _serving: Serving) -> None:
        """A newer generation serves: what is remembered may be older than the night's profiles."""
        self._known.clear()
        self._arrived.set()

    async def refresh(self, user_id: int) -> StyleProfile | None:
        """Fit one person's profile now, keep it and give it."""
        serving = self._serving.current
        chosen = await self._log.choices_of(user_id)
        fit = partial(
            profile_of_choices,
            serving.vectors,
            chosen.sticker_ids,
            chosen.counts,
            space_id=serving.space_id,
            k=self._styles,
        )
        profile = await asyncio.get_running_loop().run_in_executor(self._executor, fit)
        if profile is not None:
            stored = StoredProfile(user_id, serving.space_id, profile_to_bytes(profile))
            await self._profiles.save([stored])
        elif await self._profiles.load(user_id, serving.space_id) is not None:
            await self._profiles.remove([user_id], serving.space_id)
        self._remember(user_id, serving.space_id, profile)
        return profile

    async def run(self) -> None:
        """Fit what is due until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            try:
                await self._catch_up()
                while self._due:
                    user_id = next(iter(self._due))
                    del self._due[user_id]  # before: whoever chooses meanwhile has another turn
                    began = asyncio.get_running_loop().time()
                    try:
                        await self.refresh(user_id)
                    except StorageError:
                        self._due[user_id] = None
                        raise
                    await asyncio.sleep(REST * (asyncio.get_running_loop().time() - began))
            except StorageError as error:
                _log.warning("style profiles wait: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                self._arrived.set()

    async def _catch_up(self) -> None:
        """After a night: people who chose while it ran are in its profiles only in part."""
        serving = self._serving.current
        if not serving.space_id or serving.generation == self._caught_up:
            return
        for user_id in await self._log.people_since(serving.choices):
            self._due[user_id] = None
        self._caught_up = serving.generation

    def _remember(self, user_id: int, space: str, profile: StyleProfile | None) -> None:
        self._known[user_id] = (space, profile)
        self._known.move_to_end(user_id)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
