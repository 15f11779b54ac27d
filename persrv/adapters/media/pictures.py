"""Still and animated raster pictures: WebP, PNG, GIF and JPEG, through Pillow."""

from __future__ import annotations

import io
import warnings
from itertools import accumulate
from typing import Final, cast

from PIL import Image, ImageOps

from persrv.adapters.media.sampling import assembled, fit, spread
from persrv.errors import MediaTooLarge
from persrv.ports.media import FrameLimits, Frames

QUICKEST_SECONDS: Final = 0.011
"""Browsers show frames that ask for less than this for `BROWSER_SECONDS`, and artists count on it."""
BROWSER_SECONDS: Final = 0.1


def decode_picture(data: bytes, kind: str, *, frames: int, size: int, limits: FrameLimits) -> Frames:
    """Decode a picture; an animated one gives several frames.

    :param kind: Pillow's name of the format, found by the magic bytes: no other decoder is tried.
    :raises MediaTooLarge: it claims too many pixels or has too many frames.
    :raises OSError, ValueError, SyntaxError, EOFError: as Pillow does, for damaged files.
    """
    if kind == "WEBP":
        # Pillow makes libwebp's canvas, twice, while it opens the file: ask for the size before that.
        _check_pixels(webp_size(data), limits)
        data = with_alpha(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own, lower limit comes next
        try:
            opened = Image.open(io.BytesIO(data), formats=[kind])
        except Image.DecompressionBombError as error:
            raise MediaTooLarge("The picture claims more pixels than any sticker has. Send a smaller one.") from error
        with opened as picture:
            _check_pixels(picture.size, limits)
            return _frames(picture, frames, size, limits)


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height from a WebP file's first chunk (WebP container specification; RFC 6386 section 9.1).

    :raises ValueError: the file ends before they are told, or has no known first chunk.
    """
    chunk, body = data[12:16], data[20:30]
    if len(body) == 10 and chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if len(body) == 10 and chunk == b"VP8 ":
        sides = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
        return sides[0] & 0x3FFF, sides[1] & 0x3FFF
    if len(body) >= 5 and chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise ValueError("no WebP picture chunk")


def with_alpha(data: bytes) -> bytes:
    """Mark an animated WebP as transparent (WebP container specification, VP8X chunk's flags).

    libwebp's encoder clears the mark when each frame's own rectangle is opaque, also where those do not cover
    the canvas; Pillow believes it and paints the rest black, which browsers leave transparent.
    """
    if data[12:16] == b"VP8X" and data[20] & 0x02:
        return data[:20] + bytes([data[20] | 0x10]) + data[21:]
    return data


def _check_pixels(sides: tuple[int, int], limits: FrameLimits) -> None:
    width, height = sides
    if width * height > limits.max_pixels:
        raise MediaTooLarge(
            f"The picture is {width} x {height} pixels; at most {limits.max_pixels} in all are taken. "
            "Make it smaller: Telegram's stickers are 512 x 512."
        )


def _frames(picture: Image.Image, frames: int, size: int, limits: FrameLimits) -> Frames:
    # `getattr`: formats without animation have no such attribute. Two passes, so that no more than the chosen
    # frames are ever in memory: the first for the times, the second for the pictures.
    total = cast(int, getattr(picture, "n_frames", 1))
    if total > limits.max_frames:
        raise MediaTooLarge(f"The animation has {total} frames; at most {limits.max_frames} are taken. Shorten it.")
    if total == 1:
        return assembled([fit(ImageOps.exif_transpose(picture), size)], [0.0], 0.0)
    lengths = []
    for index in range(total):
        picture.seek(index)
        picture.load()
        told = float(picture.info.get("duration", 0)) / 1000
        lengths.append(told if told >= QUICKEST_SECONDS else BROWSER_SECONDS)
    starts = [0.0, *accumulate(lengths)]
    duration = starts.pop()
    kept = spread(starts, duration, frames)
    pixels = []
    for index in kept:
        picture.seek(index)
        pixels.append(fit(picture, size))
    return assembled(pixels, [starts[index] for index in kept], duration)
