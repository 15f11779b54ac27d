"""Column types that read and write the same values in every database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits; in SQLite only a column declared INTEGER numbers its own rows."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Naive datetimes are refused, because nobody can say what moment they mean.

    SQLite keeps the digits without a zone, so every value is turned into UTC before it is written.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into UTC.

        :raises ValueError: the datetime is naive.
        """
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("A naive datetime was to be stored; give one with a time zone, such as UTC.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SafeText(TypeDecorator[str]):
    """Text of any length from outside, in which what a database cannot hold is replaced.

    PostgreSQL refuses U+0000, which becomes U+FFFD; UTF-8 has no half of a surrogate pair, which becomes "?".
    """

    impl = Text()
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace the characters that cannot be stored."""
        if value is None:
            return None
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
