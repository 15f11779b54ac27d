"""The messages between `ProcessFrameDecoder` and its worker: JSON headers and raw bytes, never pickles.

A message is 4 bytes (big endian, the header's length), the header as JSON in UTF-8, and a body of the length
that the header tells as "body". Both sides check everything: the worker may have been taken over by a file.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np

from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaError, MediaTooLarge
from persrv.ports.media import Frames

PREFIX_BYTES: Final = 4
MAX_HEADER_BYTES: Final = 65_536
"""A header holds at most one time a frame and a sentence."""
ERRORS: Final[dict[str, type[MediaError]]] = {"corrupt": MediaCorrupt, "too large": MediaTooLarge}


class ProtocolError(Exception):
    """The other side said something that is no message; never leaves this package."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the worker is asked: one file into at most `frames` frames with a longer side of `size`."""

    format: StickerFormat
    frames: int
    size: int


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """One message's bytes but for its body, which is sent after it as it is."""
    text = json.dumps({**header, "body": len(body)}).encode()
    return len(text).to_bytes(PREFIX_BYTES, "big") + text


def header_length(prefix: bytes) -> int:
    """How many bytes of header follow the prefix.

    :raises ProtocolError: more than `MAX_HEADER_BYTES`.
    """
    length = int.from_bytes(prefix, "big")
    if length > MAX_HEADER_BYTES:
        raise ProtocolError(f"a header of {length} bytes")
    return length


def parse_header(text: bytes, max_body: int) -> dict[str, Any]:
    """Read a header with its "body", a length of at most `max_body`.

    :raises ProtocolError: it is none.
    """
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a header that is no JSON") from error
    if not isinstance(header, dict):
        raise ProtocolError("a header that is no object")
    body = header.get("body")
    if type(body) is not int or not 0 <= body <= max_body:
        raise ProtocolError(f"a body of {body!r} bytes")
    return header


def read_message(stream: BinaryIO, max_body: int) -> tuple[dict[str, Any], bytes] | None:
    """Read the next message from a blocking stream, or None where it ends.

    :raises ProtocolError: what comes is no message.
    """
    prefix = stream.read(PREFIX_BYTES)
    if len(prefix) < PREFIX_BYTES:
        return None
    header = parse_header(stream.read(header_length(prefix)), max_body)
    body = stream.read(header["body"])
    return (header, body) if len(body) == header["body"] else None


def request_header(request: Request) -> dict[str, Any]:
    """Make a request a header."""
    return {"format": request.format.value, "frames": request.frames, "size": request.size}


def request_of(header: dict[str, Any]) -> Request:
    """Read the request in a header that this package has made."""
    return Request(StickerFormat(header["format"]), int(header["frames"]), int(header["size"]))


def frames_header(frames: Frames) -> dict[str, Any]:
    """Make the header of an answer whose body is `frames.pixels`."""
    return {
        "shape": list(frames.pixels.shape),
        "times": [float(time) for time in frames.times],
        "duration": frames.duration,
    }


def error_header(error: MediaError) -> dict[str, Any]:
    """Make the header of an answer that is an error."""
    kind = "too large" if isinstance(error, MediaTooLarge) else "corrupt"
    return {"error": kind, "message": str(error)}


def answer_of(header: dict[str, Any], body: bytes, request: Request) -> Frames:
    """Read the frames in the worker's answer.

    :raises MediaError: that is the answer.
    :raises ProtocolError: it does not fit the request.
    """
    if "error" in header:
        kind = ERRORS.get(str(header["error"]))
        if kind is None:
            raise ProtocolError("an unknown error")
        raise kind(str(header.get("message", "")))
    shape, times, duration = header.get("shape"), header.get("times"), header.get("duration")
    if not (isinstance(shape, list) and len(shape) == 4 and all(type(side) is int for side in shape)):
        raise ProtocolError("no shape")
    count, height, width, channels = shape
    if not (
        1 <= count <= request.frames
        and 1 <= height <= request.size
        and 1 <= width <= request.size
        and channels == 4
        and len(body) == math.prod(shape)
    ):
        raise ProtocolError(f"a shape of {shape}")
    if not (
        isinstance(times, list)
        and len(times) == count
        and all(isinstance(number, float) and math.isfinite(number) for number in [*times, duration])
    ):
        raise ProtocolError("no times")
    pixels = np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)
    return Frames(pixels=pixels, times=np.asarray(times, dtype=np.float32), duration=float(duration or 0.0))
