"""A sticker's bytes into frames: pure, and as safe as checking claims first can make it.

The libraries beneath are C and C++ fed by strangers, so `ProcessFrameDecoder` calls this in another process,
where a crash, a hang or a hunger for memory ends that process alone.
"""

from __future__ import annotations

from typing import Final

from persrv.adapters.media.lottie import decode_lottie
from persrv.adapters.media.pictures import decode_picture
from persrv.adapters.media.video import decode_video
from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaError, MediaTooLarge
from persrv.ports.media import FrameLimits, Frames

PICTURES: Final = ("WEBP", "PNG", "JPEG", "GIF")
NAMES: Final = {"WEBP": "a WebP picture", "PNG": "a PNG picture", "JPEG": "a JPEG picture", "GIF": "a GIF"}
FORMAT_NAMES: Final = {
    StickerFormat.STATIC: "a picture",
    StickerFormat.ANIMATED: "an animated sticker (.tgs)",
    StickerFormat.VIDEO: "a video sticker (.webm)",
}


def sniff(data: bytes) -> str | None:
    """Tell what the magic bytes say: one of `PICTURES`, "GZIP", "EBML", or None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    magics = {
        b"\x89PNG\r\n\x1a\n": "PNG",
        b"\xff\xd8\xff": "JPEG",
        b"GIF8": "GIF",
        b"\x1f\x8b": "GZIP",
        b"\x1a\x45\xdf\xa3": "EBML",
    }
    return next((kind for magic, kind in magics.items() if data.startswith(magic)), None)


def decode(
    data: bytes,
    format: StickerFormat,
    *,
    frames: int,
    size: int,
    limits: FrameLimits,
) -> Frames:
    """At most `frames` frames, evenly spread over the loop, scaled to a longer side of `size` pixels.

    A static sticker may be WebP, PNG, JPEG or GIF (folders of files have them), animated or not.

    :raises MediaCorrupt: the bytes are not what `format` says, or are damaged.
    :raises MediaTooLarge: over a limit of `limits`; time is the caller's to watch.
    """
    if len(data) > limits.max_bytes:
        raise MediaTooLarge(f"The file has {len(data)} bytes; at most {limits.max_bytes} are taken.")
    kind = sniff(data)
    _check_kind(kind, format)
    try:
        if kind == "GZIP":
            return decode_lottie(data, frames=frames, size=size, limits=limits)
        if kind == "EBML":
            return decode_video(data, frames=frames, size=size, limits=limits)
        return decode_picture(data, str(kind), frames=frames, size=size, limits=limits)
    except MediaError:
        raise
    except MemoryError as error:
        raise MediaTooLarge("The file takes more memory to decode than it may. Make it simpler.") from error
    except Exception as error:
        # Pillow, PyAV and ctypes raise nearly anything on damaged files (OSError, ValueError, SyntaxError,
        # struct.error, KeyError, zlib.error ...): whatever it is, this file cannot be decoded.
        raise MediaCorrupt(
            f"The file claims to be {FORMAT_NAMES[format]} but is damaged ({type(error).__name__}). "
            "Fetch or export it again."
        ) from error


def _check_kind(kind: str | None, format: StickerFormat) -> None:
    fits = {
        StickerFormat.STATIC: kind in PICTURES,
        StickerFormat.ANIMATED: kind == "GZIP",
        StickerFormat.VIDEO: kind == "EBML",
    }
    if fits[format]:
        return
    others = {"GZIP": "a gzip file, as .tgs are", "EBML": "a WebM or Matroska video", **NAMES}
    found = others.get(kind or "", "something else")
    raise MediaCorrupt(f"The file should be {FORMAT_NAMES[format]} but holds {found}. Check its format.")
