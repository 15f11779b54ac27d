"""How long a client waits for a server, and when it asks again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

CONCURRENCY: Final = 4
"""Pictures that are asked about at the same time: enough to fill a server's batch, few enough for a small one."""
TIMEOUT: Final = 120.0
"""Seconds for one answer: a 7B model on a processor is slow."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient the client is.

    :param attempts: For one question, the first included.
    :param first_wait: Seconds, the longest wait before the second attempt; doubles with each, drawn at random below.
    :param longest_wait: Seconds; also the longest `Retry-After` that is waited for.
    :param timeout: Seconds for one attempt, from connecting to the last byte.
    """

    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 60.0
    timeout: float = TIMEOUT

    def wait_after(self, attempt: int) -> float:
        """Seconds until the next attempt: exponential, drawn at random so that many do not come back at once.

        :param attempt: The one that failed, from 1.
        """
        return random.uniform(0, min(self.longest_wait, self.first_wait * 2 ** (attempt - 1)))  # noqa: S311 - no secret


def retry_after(value: str | None) -> float | None:
    """Seconds to wait by a `Retry-After` header (RFC 9110, section 10.2.3), or None where it says nothing."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
