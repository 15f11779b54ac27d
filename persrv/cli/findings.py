"""What `persrv doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a check came out."""

    GOOD = "good"
    ADVICE = "advice"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check.

    :param remedy: What to do, or "" where nothing need be done.
    """

    grade: Grade
    what: str
    remedy: str = ""
