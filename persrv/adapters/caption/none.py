"""No captions: for those who want none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.ports.captioner import Caption, CaptionFailure

_OFF: Final = CaptionFailure("Captions are off: PERSRV_CAPTION_ENGINE is none. Set it to llava or openai.")


class NoCaptioner:
    """`Captioner` that captions nothing; jobs look at its name and leave it alone."""

    name = "none"
    version = "none"

    async def caption(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption | CaptionFailure]:
        """A failure for each."""
        return [_OFF] * len(images)

    async def close(self) -> None:
        """Nothing to let go of."""
