"""What a vision-language model says of a sticker: keywords, description, emotions (paper, section 3.3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Caption:
    """A sticker in the model's words. At least one of keywords, description and emotions has words.

    :param keywords: VLM_s of equation 7, or "".
    :param description: VLM_d of equation 7, or ""; the whole second answer where it has no format.
    :param emotions: The feelings that it expresses, or "".
    :param raw: Both answers as they came, trimmed, a blank line between them.
    :param parsed: Whether the second answer had the format that was asked for.
    """

    keywords: str
    description: str
    emotions: str
    raw: str
    parsed: bool


@dataclass(frozen=True, slots=True)
class CaptionFailure:
    """Why one picture has no caption. What is known of its sticker already stays.

    :param reason: A sentence for a person.
    :param passing: The engine, not the picture, is to blame: this was not one of the sticker's tries. The engine went
        away in the middle of the batch; go on later.
    """

    reason: str
    passing: bool = False


class Captioner(Protocol):
    """Captions pictures, several at a time."""

    name: str
    """The value of `PERSRV_CAPTION_ENGINE`."""
    version: str
    """Model, adapter and prompts, stored beside each caption: another version captions afresh."""

    async def caption(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption | CaptionFailure]:
        """One result for each picture, in order. A picture that fails does not fail the others.

        :param images: uint8 RGBA with straight alpha, each of a shape (height, width, 4) of its own.
        :raises CaptionUnavailable: the engine itself is out of reach and no picture got an answer; try again later.
        """

    async def close(self) -> None:
        """Let go of the model or the connections. Idempotent."""
