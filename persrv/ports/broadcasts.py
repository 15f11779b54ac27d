"""Private chats with the bot, and what is on its way to all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from persrv.domain.broadcasts import Broadcast, BroadcastState, Delivery, Tally


class BroadcastStore(Protocol):
    """Who can be written to, and who has got which broadcast.

    Every method is one short transaction, on disk when it returns: whoever is tried is noted before, so that
    nobody is tried twice, whatever breaks off.
    """

    async def note_chat(self, user_id: int) -> None:
        """This person has written to the bot in private: they can be written to, also after they had blocked it."""

    async def count_audience(self, made_by: int) -> int:
        """How many people a broadcast of this admin would be for: open chats, without the banned and the admin."""

    async def draft(self, made_by: int, message_id: int, *, at: datetime) -> Broadcast:
        """Prepare a broadcast. An earlier draft of the same admin is dropped."""

    async def known(self, broadcast_id: int) -> Broadcast | None:
        """A broadcast that is not over, or None."""

    async def start(self, broadcast_id: int, *, told_in: int) -> bool:
        """Let a draft be sent to everybody whom it is for now; False where it is none."""

    async def stop(self, broadcast_id: int) -> BroadcastState | None:
        """Drop a draft, or let what is being sent go to nobody else. Return what it was; None: it is over."""

    async def under_way(self) -> Broadcast | None:
        """The oldest one that is no draft."""

    async def next_person(self, broadcast_id: int) -> int | None:
        """Somebody who waits, noted as being tried; None where nobody does or it is stopped."""

    async def note(self, broadcast_id: int, user_id: int, delivery: Delivery) -> None:
        """Note what became of it. Who has blocked the bot has no open chat from here on."""

    async def break_off(self) -> int:
        """Note that nobody is being tried any more: it is unsure what became of those. Return how many."""

    async def tally(self, broadcast_id: int) -> Tally:
        """How far it is; who is being tried counts as waiting."""

    async def put_away(self, broadcast_id: int) -> None:
        """It is over: forget it, and who got it."""
