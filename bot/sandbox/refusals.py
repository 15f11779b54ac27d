"""How the stand-in says no."""

from __future__ import annotations

from persrv.errors import PerSRVError


class Refusal(PerSRVError):
    """The Bot API refuses a request, in Telegram's own words.

    :param code: The HTTP status and `error_code`.
    :param description: The answer's `description`, prefix included ("Bad Request: chat not found").
    :param retry_after: Seconds, for 429; goes into `parameters`.
    """

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        self.code = code
        self.description = description
        self.retry_after = retry_after
        super().__init__(description)


def bad_request(reason: str) -> Refusal:
    """The commonest refusal: 400 with the reason after "Bad Request: "."""
    return Refusal(400, f"Bad Request: {reason}")


class ConnectionDropped(PerSRVError):
    """A test asked that this request's connection be closed without an answer."""


class InlineUnanswered(PerSRVError):
    """An inline query was not answered: the message says why, as the chat page shows it."""


class SandboxBusy(PerSRVError):
    """The stand-in of Telegram cannot start: its port is taken."""
