"""What the bot has told Telegram about itself."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BotCommand:
    """Bot API `BotCommand`."""

    command: str
    description: str


CommandKey = tuple[str, str]
"""(scope as JSON text, language code)."""


@dataclass(slots=True)
class BotProfile:
    """Commands and descriptions, by language; the world's lock guards them."""

    commands: dict[CommandKey, tuple[BotCommand, ...]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Webhook:
    """Where updates are posted to; an empty `url` means that the bot polls.

    :param secret: Goes into `X-Telegram-Bot-Api-Secret-Token`, or "".
    :param failed_at: Unix seconds of the last delivery that failed, or 0.
    """

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    failed_at: int = 0
    failure: str = ""

    def fail(self, reason: str) -> None:
        """Remember why a delivery failed, for `getWebhookInfo`."""
        self.failed_at = int(time.time())
        self.failure = reason
