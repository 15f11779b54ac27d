"""Video stickers (`.webm`): VP9 or VP8 with an alpha channel, through PyAV and libvpx."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Final

import av
import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from persrv.adapters.media.sampling import assembled, fit, spread
from persrv.errors import MediaCorrupt, MediaTooLarge
from persrv.ports.media import FrameLimits, Frames

DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders of these codecs drop the alpha channel; libvpx's keep it."""


def decode_video(data: bytes, *, frames: int, size: int, limits: FrameLimits) -> Frames:
    """Decode a video sticker: every frame up to the last one kept, because each needs those before.

    :raises MediaCorrupt: there is no VP8 or VP9 picture track in it, or nothing of it decodes.
    :raises MediaTooLarge: claimed pixels, or frames, are over a limit.
    :raises av.error.FFmpegError: as FFmpeg does, for damaged files.
    """
    # Only these codecs: FFmpeg would otherwise probe any of its hundreds that the file names.
    options = {"codec_whitelist": ",".join([*DECODERS, *DECODERS.values()])}
    with av.open(io.BytesIO(data), "r", format="matroska", options=options) as container:
        if not container.streams.video:
            raise MediaCorrupt("The video sticker holds no picture track. Export it again as VP9 in WebM.")
        stream = container.streams.video[0]
        decoder = _decoder(stream, limits)
        packets = _packets(container.demux(stream), limits)
    unit = float(stream.time_base or 0.001)
    ticks = _rising([packet.pts for packet in packets if packet.pts is not None])
    if not ticks:
        raise MediaCorrupt("The video sticker holds no frames. Export it again as VP9 in WebM.")
    starts = [(tick - ticks[0]) * unit for tick in ticks]
    duration = starts[-1] + _last_length(packets[-1], starts, unit)
    kept = spread(starts, duration, frames)
    times = {ticks[index]: starts[index] for index in kept}
    pixels = _wanted(decoder, packets, times, size, limits)
    if not pixels:
        raise MediaCorrupt("The video sticker is damaged: none of its frames can be decoded.")
    begin = times[min(pixels)]
    return assembled(list(pixels.values()), [times[tick] - begin for tick in pixels], duration - begin)


def _decoder(stream: VideoStream, limits: FrameLimits) -> VideoCodecContext:
    context = stream.codec_context
    name = DECODERS.get(context.codec.canonical_name)
    if name is None:
        raise MediaCorrupt("The video sticker is not encoded as VP8 or VP9. Export it again as VP9 in WebM.")
    _check_pixels(context.width, context.height, limits)
    decoder = av.CodecContext.create(name, "r")
    if not isinstance(decoder, VideoCodecContext):
        raise MediaCorrupt("The video sticker's track is no picture track.")
    if context.extradata is not None:
        decoder.extradata = context.extradata
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(limits.max_pixels)}
    return decoder


def _check_pixels(width: int, height: int, limits: FrameLimits) -> None:
    if width * height > limits.max_pixels:
        raise MediaTooLarge(
            f"The video sticker is {width} x {height} pixels; at most {limits.max_pixels} in all are taken. "
            "Telegram's are 512 x 512."
        )


def _packets(demuxed: Iterable[Packet[VideoStream]], limits: FrameLimits) -> list[Packet[VideoStream]]:
    packets: list[Packet[VideoStream]] = []
    for packet in demuxed:
        if packet.size == 0:  # the end of the file
            continue
        packets.append(packet)
        if len(packets) > limits.max_frames:
            raise MediaTooLarge(
                f"The video sticker has more than {limits.max_frames} frames. Shorten it to three seconds."
            )
    return packets


def _rising(ticks: list[int]) -> list[int]:
    """Only those that are later than all before: a damaged file's times may jump back."""
    rising: list[int] = []
    for tick in ticks:
        if not rising or tick > rising[-1]:
            rising.append(tick)
    return rising


def _last_length(packet: Packet[VideoStream], starts: list[float], unit: float) -> float:
    """Seconds that the last frame is shown: as the file says, or as long as the others on average."""
    if packet.duration:
        return float(packet.duration) * unit
    return starts[-1] / (len(starts) - 1) if len(starts) > 1 else 0.0


def _wanted(
    decoder: VideoCodecContext,
    packets: list[Packet[VideoStream]],
    times: dict[int, float],
    size: int,
    limits: FrameLimits,
) -> dict[int, NDArray[np.uint8]]:
    """Decode the wanted frames, by their time in ticks, in order, each of shape (height, width, 4)."""
    pixels: dict[int, NDArray[np.uint8]] = {}
    last = max(times)
    for packet in packets:
        for frame in decoder.decode(packet):
            _check_pixels(frame.width, frame.height, limits)
            if frame.pts in times and frame.pts not in pixels:
                pixels[frame.pts] = _rgba(frame, pixels, size)
        if last in pixels:
            break
    return dict(sorted(pixels.items()))


def _rgba(frame: VideoFrame, others: dict[int, NDArray[np.uint8]], size: int) -> NDArray[np.uint8]:
    picture = fit(Image.fromarray(frame.to_ndarray(format="rgba"), "RGBA"), size)
    for other in others.values():
        if other.shape != picture.shape:
            raise MediaCorrupt("The video sticker changes its shape midway. Export it again as VP9 in WebM.")
    return picture
