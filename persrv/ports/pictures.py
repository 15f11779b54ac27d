"""Pictures that the bot makes for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from persrv.domain.usage import DayOfUse


@dataclass(frozen=True, slots=True, eq=False)
class DrawnStyle:
    """One row of a picture of styles.

    :param share: How much of the person's use it is, 0 to 1.
    :param own: Stickers that the person chose, uint8 RGBA with straight alpha, shapes (height, width, 4).
    :param others: Stickers in that style which they have not chosen yet, the same way.
    """

    share: float
    own: Sequence[NDArray[np.uint8]]
    others: Sequence[NDArray[np.uint8]]


class StylePainter(Protocol):
    """Draws a person's styles. Blocks for as long as it draws."""

    def paint(self, styles: Sequence[DrawnStyle]) -> bytes:
        """A PNG file, one row a style, in the order given.

        :raises ValueError: there is no style.
        """


class UsagePainter(Protocol):
    """Draws how much the bot was used. Blocks for as long as it draws; one picture at a time."""

    def paint(self, days: Sequence[DayOfUse]) -> bytes:
        """A PNG file without words: queries and choices, click-through, and the mean place of the chosen one, by day.

        :param days: Oldest first, without gaps.
        :raises ValueError: there is no day.
        """
