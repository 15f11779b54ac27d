"""Why an answer is in its order, as the chat page shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """One place in the answer.

    :param reason: Which part of the product put it there: recent, popular, pack, search and so on.
    :param parts: The parts of what recall gave, by name: fields and utility. They sum to it, and it times
        `factor` is `score`.
    :param preference: How well the sticker's style fits the person, 0 to 1.
    :param factor: What that and own packs multiply recall by; 1 for a person without history or wish.
    :param own_packs: What of it is for being of a pack of the person's own.
    :param pick: The ranking whose pick it is where two were interleaved, or "".
    """

    position: int
    reason: str
    score: float
    file_unique_id: str
    parts: tuple[tuple[str, float], ...]
    preference: float = 0.0
    factor: float = 1.0
    own_packs: float = 1.0
    pick: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a query was read, and why its answer is in that order.

    :param meant: What else it was taken to mean, best first.
    """

    tokens: tuple[str, ...]
    rows: tuple[ExplainedRow, ...]
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldText:
    """A text of a sticker.

    :param field: Its name, as in the search index.
    :param engine: What made it.
    :param confidence: How sure that is, 0 to 1, or None.
    """

    field: str
    text: str
    engine: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class ToldEmoji:
    """An emoji of a sticker and the words by which it is found."""

    emoji: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """What the bot knows of a sticker.

    :param live: False when it is suggested no longer.
    :param media: "stored", "wanted" (still to be fetched) or "unusable".
    :param problem: Why its file cannot be used, or "".
    :param queries: What people typed before they chose it, and how many people.
    :param failures: (stage, reason) of what could not be done with it.
    """

    pack: str
    live: bool
    media: str
    problem: str
    emoji: tuple[ToldEmoji, ...]
    texts: tuple[ToldText, ...]
    queries: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, str], ...]


AboutCallable = Callable[[str], Awaitable[ToldFacts | None]]
"""(file_unique_id) -> what the bot knows of that sticker, or None."""

ExplainCallable = Callable[[int, str], Awaitable[Explanation]]
"""(person's id, query) -> explanation."""
