"""Sticker sets, files, and what is uploaded as a sticker."""

from __future__ import annotations

import io
import struct

from PIL import Image, UnidentifiedImageError

from bot.sandbox.bot_api.params import Params, Upload
from bot.sandbox.model import StickerItem
from bot.sandbox.refusals import bad_request
from bot.sandbox.telegram_json import Json, file_json, set_json
from bot.sandbox.world import World
from persrv.domain.stickers import StickerFormat

WRONG_FILE = "wrong file identifier/HTTP URL specified"

_LIMITS = {StickerFormat.STATIC: 512 * 1024, StickerFormat.ANIMATED: 64 * 1024, StickerFormat.VIDEO: 256 * 1024}
"""Bytes, from core.telegram.org/stickers."""


def get_sticker_set(world: World, params: Params) -> Json:
    """Bot API `getStickerSet`."""
    return set_json(world, world.sets.named(params.text("name")))


def get_file(world: World, params: Params) -> Json:
    """Bot API `getFile`."""
    file = world.files.for_download(params.text("file_id"))
    return file_json(world, file) | {"file_path": file.path}


def sticker_by_file_id(world: World, file_id: str) -> StickerItem:
    """What the bot may send by this id.

    :raises Refusal: the id is not one of this bot's, or no sticker's.
    """
    file = world.files.by_file_id(file_id)
    item = None if file is None else world.sets.sticker(file.unique_id)
    if item is None:
        raise bad_request(WRONG_FILE)
    return item


def sticker_given(world: World, params: Params) -> StickerItem:
    """The sticker of `sendSticker`: a file id or an uploaded file.

    :raises Refusal: there is none, or it is no sticker.
    """
    upload = params.upload("sticker")
    if upload is not None:
        return _uploaded(world, upload, params.text("emoji"))
    file_id = params.text("sticker")
    if not file_id:
        raise bad_request("there is no sticker in the request")
    return sticker_by_file_id(world, file_id)


def _uploaded(world: World, upload: Upload, emoji: str) -> StickerItem:
    if not upload.data:
        raise bad_request("file must be non-empty")
    sticker_format = _format(upload.data)
    if len(upload.data) > _LIMITS[sticker_format]:
        raise bad_request("STICKER_FILE_TOO_BIG")
    size = _webp_size(upload.data) if sticker_format is StickerFormat.STATIC else (512, 512)
    return world.sets.upload(upload.data, sticker_format, emoji, size)


def _format(data: bytes) -> StickerFormat:
    """By the first bytes; the file's name says nothing."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return StickerFormat.STATIC
    if data[:2] == b"\x1f\x8b":
        return StickerFormat.ANIMATED
    if data[:4] == b"\x1a\x45\xdf\xa3":
        return StickerFormat.VIDEO
    raise bad_request("wrong file type: a sticker is a .WEBP, .TGS or .WEBM file")


def _webp_size(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            size = image.size
    except (UnidentifiedImageError, OSError, ValueError, struct.error, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if max(size) > 512:
        raise bad_request("STICKER_PNG_DIMENSIONS")
    return size
