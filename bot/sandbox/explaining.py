"""Why an answer is in its order, as the chat page shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """One place in the answer.

    :param reason: Which part of the product put it there: recent, popular, pack, search and so on.
    :param parts: The parts of the score, by name; they sum to `score`.
    """

    position: int
    reason: str
    score: float
    file_unique_id: str
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a query was read, and why its answer is in that order."""

    tokens: tuple[str, ...]
    rows: tuple[ExplainedRow, ...]


ExplainCallable = Callable[[int, str], Awaitable[Explanation]]
"""(person's id, query) -> explanation."""
