"""Animated stickers (`.tgs`): gzip around a Lottie document, drawn by rlottie."""

from __future__ import annotations

import json
import math
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rlottie_python.rlottie_wrapper import LottieAnimation

from persrv.adapters.media.sampling import assembled, fitted, spread
from persrv.errors import MediaCorrupt, MediaTooLarge
from persrv.ports.media import FrameLimits, Frames

MAX_UNPACKED: Final = 32_000_000
"""Bytes of JSON. Telegram takes 64 KB of gzip, and drawings that big unpack to about 1 MB."""
UNPACKED_TIMES: Final = 16
"""`FrameLimits.max_bytes` is for the packed file; unpacked it may be this many times as big."""
MAX_FRAME_RATE: Final = 1000.0
MAX_SIDE: Final = 2**24


def decode_lottie(data: bytes, *, frames: int, size: int, limits: FrameLimits) -> Frames:
    """Draw an animated sticker. Only the frames that are kept are drawn, at the size that is wanted.

    :raises MediaCorrupt: it does not unpack, is no Lottie document, or refers to files outside of itself.
    :raises MediaTooLarge: unpacked bytes, claimed pixels or frames are over a limit.
    """
    text = unpack(data, min(UNPACKED_TIMES * limits.max_bytes, MAX_UNPACKED))
    document = _parsed(text)
    width, height, rate, length = _claims(document, limits)
    _refuse_pictures(document)
    # rlottie gets the document as we understood it: with a doubled key the two parsers could disagree.
    with LottieAnimation.from_data(json.dumps(document)) as animation:
        if not getattr(animation, "animation_p", None):
            raise MediaCorrupt("The animated sticker's drawing cannot be read. Export it again.")
        # rlottie also counts the frame at "op", which is the loop's first one again: it is left out.
        if int(animation.lottie_animation_get_totalframe()) < math.ceil(length):
            raise MediaCorrupt("The animated sticker's drawing has no frames. Export it again.")
        starts = [index / rate for index in range(math.ceil(length))]
        duration = length / rate
        kept = spread(starts, duration, frames)
        target = fitted(width, height, size)
        pixels = [_draw(animation, index, target) for index in kept]
    return assembled(pixels, [starts[index] for index in kept], duration)


def unpack(data: bytes, cap: int) -> bytes:
    """Unpack one gzip member of at most `cap` bytes without ever holding more than that.

    :raises MediaCorrupt: the gzip stream is damaged or cut off.
    :raises MediaTooLarge: there is more in it.
    """
    stream = zlib.decompressobj(wbits=31)  # 31: a gzip header and checksum
    try:
        text = stream.decompress(data, cap + 1)
    except zlib.error as error:
        raise MediaCorrupt("The animated sticker is damaged: it does not unpack.") from error
    if len(text) > cap:
        raise MediaTooLarge(f"The animated sticker unpacks to more than {cap} bytes. Simplify the drawing.")
    if not stream.eof:
        raise MediaCorrupt("The animated sticker is cut off: its end is missing. Fetch it again.")
    return text


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise MediaCorrupt("The animated sticker's drawing is nested too deeply.") from error
    except ValueError as error:  # also a wrong encoding
        raise MediaCorrupt("The animated sticker holds no drawing (no valid JSON).") from error
    if not isinstance(document, dict):
        raise MediaCorrupt("The animated sticker holds no drawing (its JSON is no object).")
    return document


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _claims(document: dict[str, Any], limits: FrameLimits) -> tuple[int, int, float, float]:
    """Width, height, frames a second and length in frames, each checked to be sane."""
    values = [document.get(key) for key in ("w", "h", "fr", "ip", "op")]
    # JSON's 1e999 reads as infinity; a bool is an int for Python.
    if not all(
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300 and math.isfinite(value)
        for value in values
    ):
        raise MediaCorrupt("The animated sticker does not tell its size, frame rate or length.")
    width, height, rate, first, last = (float(value) for value in values if value is not None)
    if width < 1 or height < 1 or not 0 < rate <= MAX_FRAME_RATE or last <= first:
        raise MediaCorrupt("The animated sticker tells an impossible size, frame rate or length.")
    if max(width, height) > MAX_SIDE or width * height > limits.max_pixels:
        raise MediaTooLarge(
            f"The animated sticker is {width:.0f} x {height:.0f} pixels; at most {limits.max_pixels} in all "
            "are taken. Telegram's are 512 x 512."
        )
    if last - first > limits.max_frames:
        raise MediaTooLarge(
            f"The animated sticker has {last - first:.0f} frames; at most {limits.max_frames} are taken. Shorten it."
        )
    return int(width), int(height), rate, last - first


def _refuse_pictures(document: dict[str, Any]) -> None:
    """Refuse embedded and linked pictures, as Telegram does: rlottie would open any path in them."""
    assets = document.get("assets", [])
    if not isinstance(assets, list) or any(not isinstance(asset, dict) or "p" in asset for asset in assets):
        raise MediaCorrupt("The animated sticker refers to picture files, which such stickers must not.")


def _draw(animation: LottieAnimation, index: int, sides: tuple[int, int]) -> NDArray[np.uint8]:
    """One frame, shape (height, width, 4). rlottie gives BGRA with the colours multiplied by alpha."""
    width, height = sides
    buffer = animation.lottie_animation_render(index, width=width, height=height)
    bgra = np.frombuffer(buffer, dtype=np.uint8).reshape(height, width, 4)
    alpha = bgra[:, :, 3:].astype(np.uint16)
    colours = bgra[:, :, 2::-1].astype(np.uint16)
    straight = np.minimum((colours * 255 + alpha // 2) // np.maximum(alpha, 1), 255).astype(np.uint8)
    return np.concatenate([straight, bgra[:, :, 3:]], axis=2)
