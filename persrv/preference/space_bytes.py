"""An embedding space as bytes, to be kept among the artefacts: no pickle, so that reading it runs nothing.

    magic "PSS1" | u32 bytes of the encoder's version | u32 raw numbers | u32 dimensions (both 0: nothing is whitened)
    | version, UTF-8 | mean, scale, components as float32 | CRC-32 of all before

All numbers little-endian.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from persrv.errors import StorageError
from persrv.preference.space import EmbeddingSpace

_MAGIC = b"PSS1"
_HEADER = struct.Struct("<4sIII")
_CHECKSUM = struct.Struct("<I")


def space_to_bytes(space: EmbeddingSpace) -> bytes:
    """Write a space; equal spaces give equal bytes."""
    version = space.encoder_version.encode()
    dimensions, raw = (0, 0) if space.components is None else space.components.shape
    numbers = [array for array in (space.mean, space.scale, space.components) if array is not None]
    content = b"".join(
        (
            _HEADER.pack(_MAGIC, len(version), raw, dimensions),
            version,
            *(array.astype("<f4").tobytes() for array in numbers),
        )
    )
    return content + _CHECKSUM.pack(zlib.crc32(content))


def space_from_bytes(data: bytes) -> EmbeddingSpace:
    """Read what `space_to_bytes` wrote.

    :raises StorageError: it is damaged, or something else.
    """
    content, checksum = data[: -_CHECKSUM.size], data[-_CHECKSUM.size :]
    if len(content) < _HEADER.size or not content.startswith(_MAGIC) or checksum != _CHECKSUM.pack(zlib.crc32(content)):
        raise _damaged()
    _, version_bytes, raw, dimensions = _HEADER.unpack_from(content)
    numbers_at = _HEADER.size + version_bytes
    if len(content) != numbers_at + 4 * raw * (dimensions + 2 if dimensions else 0):
        raise _damaged()
    try:
        version = content[_HEADER.size : numbers_at].decode()
    except UnicodeDecodeError:
        raise _damaged() from None
    if not dimensions:
        return EmbeddingSpace(version)
    numbers = np.frombuffer(content, dtype="<f4", offset=numbers_at).astype(np.float32)
    mean, scale, components = np.split(numbers, [raw, 2 * raw])
    return EmbeddingSpace(version, mean, scale, components.reshape(dimensions, raw))


def _damaged() -> StorageError:
    return StorageError("The stored embedding space is damaged. `persrv job preference` makes it anew.")
