"""What a backup file looks like.

An uncompressed tar (stickers are compressed already) of plain files, in this order:

    persrv-backup.json      what it is: format, PerSRV's version, the database's revision, when
    database.sqlite3        a copy of the database as of one moment
    media/ artefacts/ embeddings/
    SHA256SUMS              a line for every file before it, as `sha256sum` writes them

Its last member proves that it is whole. The sums find damage, not forgery: who can change a file can change its sum.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Final

from persrv.errors import BackupInvalid

FORMAT: Final = 1
ABOUT: Final = "persrv-backup.json"
DATABASE: Final = "database.sqlite3"
SUMS: Final = "SHA256SUMS"
ABOUT_BYTES: Final = 10_000
"""The most that `persrv-backup.json` may have."""

_NAME: Final = re.compile(
    r"database\.sqlite3"
    r"|media/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.(?:webp|tgs|webm)"
    r"|artefacts/CURRENT"
    r"|artefacts/g\d{8}/(?:[a-z][a-z_]{0,40}\.npy|manifest\.json)"
    r"|embeddings/[0-9a-f]{16}/(?:states\.u8|rows\.f16|about\.json)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class About:
    """The first member of a backup.

    :param version: Of the PerSRV that made it.
    :param revision: Of the database in it.
    :param made_at: ISO 8601, UTC.
    """

    version: str
    revision: str
    made_at: str

    def to_json(self) -> bytes:
        """As it is written."""
        return json.dumps({"persrv_backup": FORMAT, **asdict(self)}, indent=1).encode()


def read_about(data: bytes, file: str) -> About:
    """Read the first member.

    :raises BackupInvalid: it is not ours, or a newer PerSRV made it.
    """
    try:
        fields = json.loads(data)
        format_, about = fields["persrv_backup"], [fields[name] for name in ("version", "revision", "made_at")]
    except (ValueError, KeyError, TypeError):
        raise not_ours(file) from None
    if type(format_) is not int or not all(isinstance(value, str) for value in about):
        raise not_ours(file)
    if format_ > FORMAT:
        raise newer(file, about[0])
    return About(*about)


def is_member(name: str) -> bool:
    """Whether a backup may hold a file of this name. No name that leaves the folder fits."""
    return _NAME.fullmatch(name) is not None


def sum_line(digest: str, name: str) -> bytes:
    """A line of SHA256SUMS."""
    return f"{digest}  {name}\n".encode()


def not_ours(file: str) -> BackupInvalid:
    """For a file that `persrv backup` did not make."""
    return BackupInvalid(f"{file} is not a backup that `persrv backup` made. Nothing was changed.")


def newer(file: str, version: str) -> BackupInvalid:
    """For a file that this version cannot read."""
    shown = version if re.fullmatch(r"[0-9A-Za-z.+-]{1,40}", version) else "unknown"
    return BackupInvalid(
        f"{file} was made by a newer PerSRV (version {shown}). Install that version or a later one, then restore. "
        "Nothing was changed."
    )


def damaged(file: str) -> BackupInvalid:
    """For a file that is cut off or altered."""
    return BackupInvalid(f"{file} is damaged or incomplete: take another backup. Nothing was changed.")
