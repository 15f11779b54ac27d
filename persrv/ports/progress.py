"""Who wants to know how far a long piece of work has come."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears of progress, often. Must be quick and must not raise."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take one report.

        :param stage: What is being done, in a few words: each stage is a bar of its own.
        :param done: From 0; units of that stage.
        :param total: How many there are, or None while nobody knows.
        """


def silent(stage: str, done: int, total: int | None) -> None:
    """A `Progress` that nobody looks at."""
