"""Pictures of stickers that a browser shows."""

from __future__ import annotations

import asyncio
import io
import json
import zlib
from collections import OrderedDict
from collections.abc import Callable

import av
from av.error import FFmpegError
from PIL import Image
from rlottie_python.rlottie_wrapper import LottieAnimation

from bot.sandbox.model import StoredFile
from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaTooLarge

_SIDE = 256
"""Pixels of a rendered preview's longer side."""

_FRAMES_PER_SECOND = 15
_MOST_FRAMES = 60
_LOTTIE_BYTES = 8 * 1024 * 1024
"""A .tgs of 64 KB may unpack to far more; real ones stay below one megabyte."""

_KEPT = 500


class Previews:
    """Renders previews in a thread, one at a time, and keeps them; belongs to one event loop."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._turn = asyncio.Lock()

    async def of(self, file: StoredFile, sticker_format: StickerFormat) -> bytes:
        """A WebP picture of a sticker.

        :raises MediaCorrupt: the file does not decode.
        :raises MediaTooLarge: it unpacks to more than a sticker may.
        """
        if sticker_format is StickerFormat.STATIC:
            return file.data
        made = self._made.get(file.unique_id)
        if made is not None:
            return made
        render = RENDERERS[sticker_format]
        async with self._turn:
            made = self._made.get(file.unique_id)
            if made is None:
                made = self._made[file.unique_id] = await asyncio.to_thread(render, file.data)
                if len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            return made


def render_animated(data: bytes) -> bytes:
    """A .tgs as an animated WebP.

    :raises MediaCorrupt: it is no gzip of a Lottie animation.
    :raises MediaTooLarge: it unpacks to more than 8 MB.
    """
    lottie = _unpacked(data)
    try:
        described = json.loads(lottie)
        rate = float(described["fr"])
        # The renderer itself counts one frame more: it takes the out point for a frame.
        total = int(described["op"] - described["ip"])
        animation = LottieAnimation.from_data(lottie.decode())
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise MediaCorrupt("This .tgs file holds no Lottie animation.") from error
    if total <= 0 or not 0 < rate <= 240:
        raise MediaCorrupt("This .tgs file holds no frame.")
    with animation:
        shown = min(_MOST_FRAMES, max(1, round(total / rate * _FRAMES_PER_SECOND)))
        frames = [
            animation.render_pillow_frame(frame_num=place * total // shown, width=_SIDE, height=_SIDE)
            for place in range(shown)
        ]
    out = io.BytesIO()
    if all(frame.tobytes() == frames[0].tobytes() for frame in frames[1:]):
        # An animation whose frames are all equal would be written as one frame without transparency.
        frames[0].save(out, "WEBP", quality=80, method=2)
        return out.getvalue()
    pause = max(20, round(1000 * total / rate / shown))
    frames[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=pause,
        loop=0,
        quality=75,
        method=0,
        background=(0, 0, 0, 0),
    )
    return out.getvalue()


def render_video(data: bytes) -> bytes:
    """The first frame of a .webm, with its transparency, as a WebP.

    :raises MediaCorrupt: it is no VP9 video.
    """
    try:
        image = _first_frame(data)
    except (FFmpegError, ValueError, IndexError, StopIteration) as error:
        raise MediaCorrupt("This .webm file does not decode.") from error
    if image is None:
        raise MediaCorrupt("This .webm file holds no frame.")
    image.thumbnail((_SIDE, _SIDE))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()


def _first_frame(data: bytes) -> Image.Image | None:
    with av.open(io.BytesIO(data), "r", format="matroska") as container:
        stream = container.streams.video[0]
        # The default VP9 decoder drops the alpha plane without a word.
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        decoder.extradata = stream.codec_context.extradata
        for packet in container.demux(stream):
            for frame in decoder.decode(packet):
                return Image.fromarray(frame.to_ndarray(format="rgba"), "RGBA")
    return None


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        lottie = unpacker.decompress(data, _LOTTIE_BYTES)
    except zlib.error as error:
        raise MediaCorrupt("This .tgs file is no gzip.") from error
    if unpacker.unconsumed_tail:
        raise MediaTooLarge("This .tgs file unpacks to more than 8 MB.")
    return lottie


RENDERERS: dict[StickerFormat, Callable[[bytes], bytes]] = {
    StickerFormat.ANIMATED: render_animated,
    StickerFormat.VIDEO: render_video,
}
