"""The files that this Telegram knows, and their two kinds of ids."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

from bot.sandbox.model import FileKind, StoredFile
from bot.sandbox.refusals import bad_request

DOWNLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes; Bot API `getFile`: "bots can download files of up to 20MB in size"."""

_UNIQUE_PREFIX = {FileKind.STICKER: "AgAD", FileKind.DOCUMENT: "AgAD", FileKind.PHOTO: "AQAD"}
_SENDING_PREFIX = {FileKind.STICKER: "CAACAgIAAxk", FileKind.DOCUMENT: "BQACAgIAAxk", FileKind.PHOTO: "AgACAgIAAxk"}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


class FileStore:
    """All files, by both ids and by download path. Not locked: the world's lock guards it.

    :param bot_token: Makes the sending ids this bot's own.
    """

    def __init__(self, bot_token: str) -> None:
        self._key = bot_token.encode()
        self._by_file_id: dict[str, StoredFile] = {}
        self._by_unique_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._claimed_sizes: dict[str, int] = {}

    def add(
        self,
        data: bytes,
        kind: FileKind,
        *,
        mime: str,
        suffix: str,
        name: str = "",
        width: int = 0,
        height: int = 0,
    ) -> StoredFile:
        """Keep a file; the same content of the same kind is the same file."""
        digest = hashlib.sha256(kind.encode() + data).digest()
        unique_id = _UNIQUE_PREFIX[kind] + _base64url(digest[:9])
        known = self._by_unique_id.get(unique_id)
        if known is not None:
            return replace(known, name=name) if name else known
        own = hmac.new(self._key, unique_id.encode(), hashlib.sha256).digest()
        file_id = _SENDING_PREFIX[kind] + _base64url(own[:18]) + unique_id
        path = f"{kind.value}/file_{len(self._by_path)}{suffix}"
        file = StoredFile(unique_id, file_id, kind, mime, path, data, name, width, height)
        self._by_unique_id[unique_id] = file
        self._by_file_id[file_id] = file
        self._by_path[path] = file
        return file

    def by_file_id(self, file_id: str) -> StoredFile | None:
        """The file that this bot may send by this id, or None."""
        return self._by_file_id.get(file_id)

    def by_unique_id(self, unique_id: str) -> StoredFile | None:
        """The file of this identity, or None."""
        return self._by_unique_id.get(unique_id)

    def by_path(self, path: str) -> StoredFile | None:
        """The file behind a download path, or None."""
        return self._by_path.get(path)

    def claim_size(self, unique_id: str, size: int) -> None:
        """A knob for tests: Telegram says that this file has `size` bytes, whatever it has."""
        self._claimed_sizes[unique_id] = size

    def size(self, file: StoredFile) -> int:
        """A file's size in bytes, as Telegram tells it."""
        return self._claimed_sizes.get(file.unique_id, len(file.data))

    def for_download(self, file_id: str) -> StoredFile:
        """What `getFile` finds.

        :raises Refusal: the id is not this bot's, or the file is over `DOWNLOAD_LIMIT`.
        """
        file = self._by_file_id.get(file_id)
        if file is None:
            raise bad_request("invalid file_id")
        if self.size(file) > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        return file
