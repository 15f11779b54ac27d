"""How large the network is, and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from persrv.errors import ConfigurationError

HALVINGS: Final = 4
"""Times that the sticker encoder halves height and width."""


@dataclass(frozen=True, slots=True)
class SrsSizes:
    """Of the network.

    :param side: Of a picture, pixels; a multiple of 16. Six by six patches come out of 96, as many as the authors have.
    :param channels: Of a patch as the convolutions leave it; a multiple of 32.
    :param dimensions: d, of words, patches and turns; a multiple of `heads`.
    :param heads: Of each self-attention.
    :param layers: Of each self-attention encoder.
    :param most_words: A longer query is cut.
    """

    side: int = 96
    channels: int = 128
    dimensions: int = 64
    heads: int = 4
    layers: int = 2
    most_words: int = 32

    def __post_init__(self) -> None:
        problems = _below_one(self)
        if self.side % 2**HALVINGS:
            problems.append(f"side has to be a multiple of {2**HALVINGS}, not {self.side}")
        if self.channels % 32:
            problems.append(f"channels has to be a multiple of 32, not {self.channels}")
        if self.heads > 0 and self.dimensions % self.heads:
            problems.append(f"dimensions has to be a multiple of heads ({self.heads}), not {self.dimensions}")
        if problems:
            raise ConfigurationError([f"SRS: {problem}." for problem in problems])

    @property
    def patches(self) -> int:
        """Of a picture."""
        return (self.side // 2**HALVINGS) ** 2


@dataclass(frozen=True, slots=True)
class SrsTraining:
    """How the network is trained: Adam, with the gradient's length cut at `longest_gradient`.

    :param epochs: Times that every pair is seen.
    :param batch: Pairs at a time.
    :param negatives: Stickers drawn for a batch, beside those of its pairs.
    :param pool: Stickers out of the catalogue that negatives are drawn from, beside all that were chosen.
    :param rate: Adam's learning rate.
    :param margin: By which the true sticker has to win.
    :param temperature: Of the cosines of the preselection.
    :param forget: Share of words that are made unknown, so that an unknown word means something.
    :param longest_gradient: See above.
    """

    epochs: int = 10
    batch: int = 32
    negatives: int = 16
    pool: int = 2000
    rate: float = 1e-3
    margin: float = 1.0
    temperature: float = 0.1
    forget: float = 0.05
    longest_gradient: float = 5.0

    def __post_init__(self) -> None:
        problems = _below_one(self, but=("rate", "temperature", "forget", "margin", "longest_gradient"))
        problems += [
            f"{name} has to be above 0, not {getattr(self, name)}"
            for name in ("rate", "margin", "temperature", "longest_gradient")
            if not getattr(self, name) > 0
        ]
        if not 0 <= self.forget < 1:
            problems.append(f"forget has to be from 0 to below 1, not {self.forget}")
        if problems:
            raise ConfigurationError([f"SRS: {problem}." for problem in problems])


def _below_one(sizes: SrsSizes | SrsTraining, but: tuple[str, ...] = ()) -> list[str]:
    values = {field.name: getattr(sizes, field.name) for field in fields(sizes) if field.name not in but}
    return [f"{name} has to be at least 1, not {value}" for name, value in values.items() if value < 1]
