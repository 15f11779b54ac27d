"""Logging: readable lines on standard error, never with the token."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")


class RedactingFormatter(logging.Formatter):
    """Formats a record, its exception included, and blots out whatever looks like a bot token."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text without tokens."""
        return redact(super().format(record))


def redact(text: str) -> str:
    """The text with every bot token blotted out."""
    return _TOKEN.sub("[token]", text)


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error. Libraries speak up from WARNING: httpx logs every address, and ours hold the token."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("persrv", "bot", "jobs"):
        logging.getLogger(ours).setLevel(level)
