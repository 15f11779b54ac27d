"""Telegram's video stickers: VP9 with alpha in WebM, at most 3 seconds and 256 KB, one side 512."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt


def webm(frames: Iterable[npt.NDArray[np.uint8]], *, rate: int) -> bytes:
    """Return frames as a video; the same frames give the same bytes.

    :param frames: RGBA, each of shape (512, 512, 4).
    :param rate: Frames a second.
    """
    out = io.BytesIO()
    # Bit-exact: no random identifiers and no encoder version in the file. One thread: the same bytes.
    with av.open(out, "w", format="webm", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(
            "libvpx-vp9",
            rate=rate,
            options={
                "deadline": "realtime", "cpu-used": "8", "crf": "34", "b": "0", "auto-alt-ref": "0",
                "threads": "1", "row-mt": "0", "flags": "+bitexact",
            },
        )  # fmt: skip
        stream.width = stream.height = 512
        stream.pix_fmt = "yuva420p"
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="yuva420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
