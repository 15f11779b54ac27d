"""The messages to and from the worker, which may have been taken over by a file."""

from __future__ import annotations

import io

import numpy as np
import pytest

from persrv.adapters.media import protocol
from persrv.adapters.media.protocol import ProtocolError, Request
from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaTooLarge
from persrv.ports.media import Frames

REQUEST = Request(StickerFormat.VIDEO, frames=2, size=4)


def good():
    pixels = np.arange(2 * 3 * 4 * 4, dtype=np.uint8).reshape(2, 3, 4, 4)
    return Frames(pixels, np.asarray([0, 0.5], np.float32), 1.0)


def test_a_message_comes_out_as_it_went_in():
    stream = io.BytesIO(protocol.pack({"a": "é"}, b"body") + b"body" + protocol.pack({"b": 1}))
    assert protocol.read_message(stream, 10) == ({"a": "é", "body": 4}, b"body")
    assert protocol.read_message(stream, 10) == ({"b": 1, "body": 0}, b"")
    assert protocol.read_message(stream, 10) is None


def test_frames_come_out_as_they_went_in():
    answer = protocol.answer_of(protocol.frames_header(good()), good().pixels.tobytes(), REQUEST)
    assert np.array_equal(answer.pixels, good().pixels)
    assert answer.times.tolist() == [0, 0.5]
    assert answer.duration == 1.0


def test_errors_come_out_as_they_went_in():
    for error in (MediaCorrupt("Broken."), MediaTooLarge("Big.")):
        with pytest.raises(type(error), match=str(error)):
            protocol.answer_of(protocol.error_header(error), b"", REQUEST)


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": None},
        {"shape": [2, 3, 4]},
        {"shape": [3, 2, 4, 4]},
        {"shape": [2, 4, 3, 4.0]},
        {"shape": [2, 1, 12, 4]},
        {"shape": [2, 6, 8, 1]},
        {"shape": [-2, -3, 4, 4]},
        {"shape": [1, 3, 4, 4]},
        {"times": [0.0]},
        {"times": [0.0, "1"]},
        {"times": [0.0, float("nan")]},
        {"duration": None},
        {"duration": float("inf")},
        {"error": "of a new kind"},
    ],
)
def test_an_answer_that_does_not_fit_the_request_is_refused(changes):
    with pytest.raises(ProtocolError):
        protocol.answer_of({**protocol.frames_header(good()), **changes}, good().pixels.tobytes(), REQUEST)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"body": -1}', b'{"body": 11}', b'{"body": true}', b"[" * 9999])
def test_a_header_that_is_none_is_refused(text):
    with pytest.raises(ProtocolError):
        protocol.parse_header(text, max_body=10)


def test_a_header_of_gigabytes_is_never_read():
    with pytest.raises(ProtocolError, match="4294967295"):
        protocol.header_length(b"\xff\xff\xff\xff")
