"""When the night is: a calculation apart from clocks and schedules."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def last_night(now: datetime, at: str, timezone: str) -> datetime:
    """When the latest night up to now began, in UTC.

    :param now: Aware of its zone.
    :param at: HH:MM on the clocks of `timezone`. An hour that a clock change skips is that much later; one that it
        repeats is the first of the two.
    """
    zone = ZoneInfo(timezone)
    hour, minute = map(int, at.split(":"))
    today = now.astimezone(zone).date()
    night = datetime.combine(today, time(hour, minute), zone)
    if night.timestamp() > now.timestamp():
        night = datetime.combine(today - timedelta(days=1), time(hour, minute), zone)
    return night.astimezone(UTC)


def is_missed(last_run: datetime | None, now: datetime, at: str, timezone: str) -> bool:
    """Whether the latest night went by without a run that ended.

    :param last_run: When the last run that ended began; None: there was none.
    """
    return last_run is None or last_run.timestamp() < last_night(now, at, timezone).timestamp()
