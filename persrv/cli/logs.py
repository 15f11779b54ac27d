"""Logging: lines on standard error, to read or as JSON, never with the token.

What people type is never handed to a logger; a test types and reads the log.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Literal

from persrv.requests import request_id

_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")


class RedactingFormatter(logging.Formatter):
    """Formats a record, its exception included, and blots out whatever looks like a bot token."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text without tokens, with the request that it belongs to."""
        text = redact(super().format(record))
        request = request_id.get()
        return f"{text} [{request}]" if request and not record.exc_info else text


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, with the request that it belongs to and its exception, without tokens."""
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request := request_id.get():
            fields["request"] = request
        if record.exc_info:
            fields["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


def redact(text: str) -> str:
    """The text with every bot token blotted out."""
    return _TOKEN.sub("[token]", text)


def set_up_logging(level: int = logging.INFO, *, form: Literal["text", "json"] = "text") -> None:
    """Log to standard error. Libraries speak up from WARNING: httpx logs every address, and ours hold the token."""
    handler = logging.StreamHandler()
    readable = RedactingFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(JsonFormatter() if form == "json" else readable)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("persrv", "bot", "jobs"):
        logging.getLogger(ours).setLevel(level)
