"""Which request is being worked on, for the log. A task that is begun meanwhile takes it along."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Its number, such as that of a Telegram update, or ""; never anything of its content."""
