"""Batches that fit: fewer pictures at a time when memory runs out, then another device, then giving one up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class ShrinkingBatches(Generic[Item, Result]):
    """Runs a function on batches and remembers the size that fitted.

    :param run: Gives one result for each item of a batch, in order.
    :param out_of_memory: Whether an error means that memory ran out.
    :param fall_back: Moves to where there is more memory; False when there is nowhere left.
    :param give_up: The result of an item that fits nowhere, even alone.
    :param size: Of the first batch, at least 1.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Result]],
        *,
        out_of_memory: Callable[[BaseException], bool],
        fall_back: Callable[[], bool],
        give_up: Callable[[BaseException], Result],
        size: int,
    ) -> None:
        self._run = run
        self._out_of_memory = out_of_memory
        self._fall_back = fall_back
        self._give_up = give_up
        self.size = size

    def over(self, items: Sequence[Item]) -> list[Result]:
        """One result for each item, in order. Errors other than a lack of memory pass through."""
        results: list[Result] = []
        while len(results) < len(items):
            results += self._next(items[len(results) : len(results) + self.size])
        return results

    def _next(self, batch: Sequence[Item]) -> Sequence[Result]:
        """The results of this batch, or none of them yet when it has to be tried again, smaller or elsewhere."""
        try:
            return self._run(batch)
        except Exception as error:
            if not self._out_of_memory(error):
                raise
            lack = error
        # Out of the handler: the error's traceback would keep the batch's tensors alive.
        lack.__traceback__ = None
        if len(batch) > 1:
            self.size = len(batch) // 2
            return []
        return [] if self._fall_back() else [self._give_up(lack)]
