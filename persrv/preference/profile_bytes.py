"""A style profile as bytes, to be kept in a database: no pickle, so that reading it runs nothing.

    magic "PSP1" | u16 bytes of the space id | u16 styles | u32 dimensions | u64 choices | u64 distinct
    | space id, UTF-8 | centroids, radii, shares as float32 | CRC-32 of all before

All numbers little-endian.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from persrv.errors import StorageError
from persrv.preference.profile import StyleProfile

_MAGIC = b"PSP1"
_HEADER = struct.Struct("<4sHHIQQ")
_CHECKSUM = struct.Struct("<I")


def profile_to_bytes(profile: StyleProfile) -> bytes:
    """Write a profile; equal profiles give equal bytes."""
    space = profile.space_id.encode()
    styles, dimensions = profile.centroids.shape
    content = b"".join(
        (
            _HEADER.pack(_MAGIC, len(space), styles, dimensions, profile.choices, profile.distinct),
            space,
            profile.centroids.astype("<f4").tobytes(),
            profile.radii.astype("<f4").tobytes(),
            profile.shares.astype("<f4").tobytes(),
        )
    )
    return content + _CHECKSUM.pack(zlib.crc32(content))


def profile_from_bytes(data: bytes) -> StyleProfile:
    """Read what `profile_to_bytes` wrote.

    :raises StorageError: it is damaged, or something else.
    """
    content, checksum = data[: -_CHECKSUM.size], data[-_CHECKSUM.size :]
    if len(content) < _HEADER.size or not content.startswith(_MAGIC) or checksum != _CHECKSUM.pack(zlib.crc32(content)):
        raise _damaged()
    _, space_bytes, styles, dimensions, choices, distinct = _HEADER.unpack_from(content)
    numbers_at = _HEADER.size + space_bytes
    if not styles or not dimensions or len(content) != numbers_at + 4 * styles * (dimensions + 2):
        raise _damaged()
    numbers = np.frombuffer(content, dtype="<f4", offset=numbers_at).astype(np.float32)
    try:
        space_id = content[_HEADER.size : numbers_at].decode()
    except UnicodeDecodeError:
        raise _damaged() from None
    centroids, radii, shares = np.split(numbers, [styles * dimensions, styles * (dimensions + 1)])
    return StyleProfile(space_id, centroids.reshape(styles, dimensions), radii, shares, choices, distinct)


def _damaged() -> StorageError:
    return StorageError("A stored style profile is damaged. `persrv job preference` makes all of them anew.")
