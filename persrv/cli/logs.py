"""Logging: lines on standard error, to read or as JSON, never with a secret or with what a person typed.

What people type is never handed to a logger. An exception's message may still quote it (`int("...")` does), so the
messages of exceptions that are not ours or Telegram's are left out; class, place and trace stay.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

from persrv.redaction import redact
from persrv.requests import request_id

_SHORTEST_SECRET = 6
"""Shorter ones would blot out ordinary words, and protect nothing."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OUTSPOKEN = ("persrv", "bot", "jobs", "telegram")
"""Packages whose exceptions carry sentences of their own and nothing that a person typed."""

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Discreet(logging.Formatter):
    """Blots out secrets, and shows exceptions without messages that may quote a person.

    :param secrets: Texts to blot out beside whatever looks like a bot token.
    """

    def __init__(self, pattern: str | None = None, dates: str | None = None, *, secrets: Iterable[str] = ()) -> None:
        super().__init__(pattern, dates)
        self._secrets = sorted({one for one in secrets if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True)

    def without_secrets(self, text: str) -> str:
        """The text with every known secret and every bot token blotted out."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return redact(text)

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802
        """The traces of an exception and of what led to it, the first cause first."""
        return "" if ei[1] is None else "\n".join(_told(ei[1], set()))


class RedactingFormatter(_Discreet):
    """Formats a record for people."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text without secrets."""
        return self.without_secrets(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The record's own line, with the request that it belongs to; what it goes on with is set in.

        The name of a file, or what a server answers, can neither look like another line nor command a terminal.
        """
        request = request_id.get()
        line = super().formatMessage(record).replace("\n", "\n  ")
        return _CONTROLS.sub(_escaped, line) + (f" [{request}]" if request else "")


class JsonFormatter(_Discreet):
    """Formats a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, with the request that it belongs to and its exception, without secrets."""
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.without_secrets(record.getMessage()),
        }
        if request := request_id.get():
            fields["request"] = request
        if record.exc_info:
            fields["error"] = self.without_secrets(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


def set_up_logging(
    level: int = logging.INFO, *, form: Literal["text", "json"] = "text", secrets: Iterable[str] = ()
) -> None:
    """Log to standard error. Libraries speak up from WARNING: httpx logs every address, and ours hold the token.

    :param secrets: Texts that never appear; see `persrv.config.secrets_of`.
    """
    handler = logging.StreamHandler()
    readable = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    handler.setFormatter(
        JsonFormatter(secrets=secrets)
        if form == "json"
        else RedactingFormatter(readable, "%Y-%m-%d %H:%M:%S", secrets=secrets)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)  # a library's warning is a line like any other, also in JSON
    for ours in ("persrv", "bot", "jobs"):
        logging.getLogger(ours).setLevel(level)


def logs_json() -> bool:
    """Whether every line of standard error is to be an object: the settings of this command were read and want that."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)


def _escaped(control: re.Match[str]) -> str:
    return f"\\x{ord(control.group()):02x}"


def _told(error: BaseException, told: set[int]) -> list[str]:
    """Its trace and headline, after those of what led to it; `told` keeps a ring of causes from going on for ever."""
    if id(error) in told:
        return []
    told.add(id(error))
    lines = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        lines += [*_told(before, told), "and then:"]
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        lines += [*_told(one, told), "together with:"]
    kind = type(error)
    lines.append("Traceback (most recent call last):")
    lines.append("".join(traceback.format_tb(error.__traceback__)).rstrip("\n"))
    outspoken = kind.__module__.partition(".")[0] in _OUTSPOKEN or isinstance(error, OSError)
    lines.append(f"{kind.__qualname__}: {error if outspoken else '(message left out: it may quote a person)'}")
    return lines
