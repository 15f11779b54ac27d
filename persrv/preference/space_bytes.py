"""An embedding space as bytes, to be kept beside its vectors: no pickle, so that reading it runs nothing.

    magic "PES1" | u32 bytes of the encoder's version | u32 raw dimensions | u32 dimensions, 0 for vectors taken as
    they are | encoder's version, UTF-8 | mean, scale, components as float32 | CRC-32 of all before

All numbers little-endian. The id is not kept: it is computed from the rest.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from persrv.errors import StorageError
from persrv.preference.space import EmbeddingSpace, space_digest

_MAGIC = b"PES1"
_HEADER = struct.Struct("<4sIII")
_CHECKSUM = struct.Struct("<I")


def space_to_bytes(space: EmbeddingSpace) -> bytes:
    """Write a space; equal spaces give equal bytes."""
    version = space.encoder_version.encode()
    kept = 0 if space.components is None else space.components.shape[1]
    parts = [space.mean, space.scale] if space.components is None else [space.mean, space.scale, space.components]
    content = b"".join(
        [
            _HEADER.pack(_MAGIC, len(version), len(space.mean), kept),
            version,
            *(part.astype("<f4").tobytes() for part in parts),
        ]
    )
    return content + _CHECKSUM.pack(zlib.crc32(content))


def space_from_bytes(data: bytes) -> EmbeddingSpace:
    """Read what `space_to_bytes` wrote.

    :raises StorageError: it is damaged, or something else.
    """
    content, checksum = data[: -_CHECKSUM.size], data[-_CHECKSUM.size :]
    if len(content) < _HEADER.size or not content.startswith(_MAGIC) or checksum != _CHECKSUM.pack(zlib.crc32(content)):
        raise _damaged()
    _, version_bytes, width, kept = _HEADER.unpack_from(content)
    numbers_at = _HEADER.size + version_bytes
    if len(content) != numbers_at + 4 * width * (2 + kept):
        raise _damaged()
    try:
        version = content[_HEADER.size : numbers_at].decode()
    except UnicodeDecodeError:
        raise _damaged() from None
    numbers = np.frombuffer(content, dtype="<f4", offset=numbers_at).astype(np.float32)
    mean, scale, rest = np.split(numbers, [width, 2 * width])
    components = rest.reshape(width, kept) if kept else None
    return EmbeddingSpace(space_digest(version, mean, scale, components), version, mean, scale, components)


def _damaged() -> StorageError:
    return StorageError("The stored embedding space is damaged. `persrv job embed` makes it anew.")
