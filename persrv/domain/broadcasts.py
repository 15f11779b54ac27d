"""A message from an admin to everybody who has a private chat with the bot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BroadcastState(StrEnum):
    """Where a broadcast stands. One that is over is kept no longer."""

    DRAFT = "draft"
    """Its admin sees the preview."""
    SENDING = "sending"
    STOPPED = "stopped"
    """Its admin wants no more of it to go out; to be told and put away."""


class Delivery(StrEnum):
    """What became of a broadcast for one person."""

    WAITING = "waiting"
    TRYING = "trying"
    """Asked of Telegram; what it says is not written yet."""
    SENT = "sent"
    BLOCKED = "blocked"
    """They have blocked the bot, or their account is gone."""
    FAILED = "failed"
    UNSURE = "unsure"
    """The connection, or we, broke off before Telegram's answer: they may have it, so they do not get it again."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast that is not over.

    :param made_by: The admin's Telegram user id, which is also their private chat's.
    :param message_id: The message in that chat that everybody gets a copy of. Its content is kept nowhere here.
    :param told_in: The message in that chat that tells how it goes; 0 for a draft.
    """

    id: int
    made_by: int
    message_id: int
    told_in: int
    state: BroadcastState


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people a broadcast has reached, and how many not."""

    waiting: int = 0
    sent: int = 0
    blocked: int = 0
    failed: int = 0
    unsure: int = 0

    @property
    def total(self) -> int:
        """Everybody whom it is for."""
        return self.waiting + self.done

    @property
    def done(self) -> int:
        """Who has been tried."""
        return self.sent + self.blocked + self.failed + self.unsure
