"""What the bot says in chats: sending, editing, deleting, and answers to pressed buttons."""

from __future__ import annotations

import io
import mimetypes
import time
from dataclasses import replace

from PIL import Image, UnidentifiedImageError

from bot.sandbox.bot_api.keyboards import read_keyboard
from bot.sandbox.bot_api.params import Params
from bot.sandbox.bot_api.stickers import WRONG_FILE, sticker_given
from bot.sandbox.entities import read_text, utf16_length
from bot.sandbox.inline_desk import TOO_OLD
from bot.sandbox.model import ChatKind, FileKind, FormattedText, Message, PressAnswer, StoredFile
from bot.sandbox.refusals import Refusal, bad_request
from bot.sandbox.telegram_json import Json, message_json
from bot.sandbox.world import World

TEXT_LIMIT, CAPTION_LIMIT, PRESS_ANSWER_LIMIT = 4096, 1024, 200
"""UTF-16 code units after the markup is read."""

PHOTO_BYTES, UPLOAD_BYTES = 10 * 1024 * 1024, 50 * 1024 * 1024

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_message(world: World, params: Params) -> Json:
    """Bot API `sendMessage`."""
    return _post(world, _draft(world, params, body=_text(params)))


def send_sticker(world: World, params: Params) -> Json:
    """Bot API `sendSticker`."""
    draft = _draft(world, params)
    return _post(world, replace(draft, sticker=sticker_given(world, params)))


def send_photo(world: World, params: Params) -> Json:
    """Bot API `sendPhoto`."""
    draft = _draft(world, params, body=_caption(params))
    return _post(world, replace(draft, photo=_photo(world, params)))


def send_document(world: World, params: Params) -> Json:
    """Bot API `sendDocument`."""
    draft = _draft(world, params, body=_caption(params))
    return _post(world, replace(draft, document=_document(world, params)))


def copy_message(world: World, params: Params) -> Json:
    """Bot API `copyMessage`: what a message says, without whom it is from."""
    draft = _draft(world, params)
    chat = world.room.chat(params.number("from_chat_id", 0, -(2**63), 2**63 - 1))
    source = world.room.message(chat.id, _message_id(params))
    if source is None:
        raise bad_request("message to copy not found")
    copy = replace(draft, body=source.body, sticker=source.sticker, photo=source.photo, document=source.document)
    return {"message_id": _post(world, copy)["message_id"]}


def send_chat_action(world: World, params: Params) -> bool:
    """Bot API `sendChatAction`; nothing is shown."""
    _reachable(world, params.chat_id())
    if params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def edit_message_text(world: World, params: Params) -> Json:
    """Bot API `editMessageText`."""
    message = _editable(world, params)
    if message.has_media or message.sticker is not None:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, message, replace(message, body=_text(params), buttons=read_keyboard(params)))


def edit_message_caption(world: World, params: Params) -> Json:
    """Bot API `editMessageCaption`."""
    message = _editable(world, params)
    if not message.has_media:
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, message, replace(message, body=_caption(params), buttons=read_keyboard(params)))


def edit_message_reply_markup(world: World, params: Params) -> Json:
    """Bot API `editMessageReplyMarkup`."""
    message = _editable(world, params)
    return _edit(world, message, replace(message, buttons=read_keyboard(params)))


def delete_message(world: World, params: Params) -> bool:
    """Bot API `deleteMessage`: the bot's own messages, and any in a private chat."""
    chat = world.room.chat(params.chat_id())
    message = world.room.message(chat.id, _message_id(params))
    if message is None:
        raise bad_request("message to delete not found")
    if message.sender != world.bot_id and chat.kind is not ChatKind.PRIVATE:
        raise bad_request("message can't be deleted")
    world.room.delete(message)
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """Bot API `answerCallbackQuery`."""
    text = params.text("text")
    if utf16_length(text) > PRESS_ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = PressAnswer(text, params.flag("show_alert"))
    if not world.presses.answer(params.text("callback_query_id"), answer):
        raise bad_request(TOO_OLD)
    return True


def _reachable(world: World, chat_id: int) -> int:
    """The chat, where the bot may write to it.

    :raises Refusal: there is no such chat, or its person has blocked the bot.
    """
    chat = world.room.chat(chat_id)
    if chat.id in world.room.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    return chat.id


def _draft(world: World, params: Params, body: FormattedText | None = None) -> Message:
    chat_id = _reachable(world, params.chat_id())
    reply_to = _reply_to(world, params, chat_id)
    buttons = read_keyboard(params)
    return Message(
        0,
        chat_id,
        world.bot_id,
        int(time.time()),
        body or FormattedText(),
        reply_to=reply_to,
        buttons=buttons,
    )


def _post(world: World, draft: Message) -> Json:
    world.faults.check_flood(draft.chat_id)
    message = replace(draft, id=world.room.next_message_id())
    world.room.put(message)
    return message_json(world, message)


def _edit(world: World, old: Message, new: Message) -> Json:
    if new == old:
        raise bad_request(_NOT_MODIFIED)
    edited = replace(new, edited_at=int(time.time()))
    world.room.put(edited)
    return message_json(world, edited)


def _editable(world: World, params: Params) -> Message:
    chat_id = _reachable(world, params.chat_id())
    message = world.room.message(chat_id, _message_id(params))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender != world.bot_id:
        raise bad_request("message can't be edited")
    return message


def _message_id(params: Params) -> int:
    message_id = params.number("message_id", 0, 0, 2**31 - 1)
    if not message_id:
        raise bad_request("message identifier is not specified")
    return message_id


def _reply_to(world: World, params: Params, chat_id: int) -> int | None:
    given = params.decoded("reply_parameters", "can't parse reply parameters JSON object")
    if given is None:
        message_id = params.number("reply_to_message_id", 0, 0, 2**31 - 1)
        lenient = params.flag("allow_sending_without_reply")
    elif isinstance(given, dict) and isinstance(given.get("message_id"), int):
        message_id = given["message_id"]
        lenient = bool(given.get("allow_sending_without_reply"))
    else:
        raise bad_request("can't parse reply parameters: message_id must be an Integer")
    if not message_id:
        return None
    if world.room.message(chat_id, message_id) is None:
        if lenient:
            return None
        raise bad_request("message to be replied not found")
    return message_id


def _text(params: Params) -> FormattedText:
    body = read_text(params.text("text"), params.text("parse_mode"))
    if not body.text:
        raise bad_request("message text is empty")
    if utf16_length(body.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return body


def _caption(params: Params) -> FormattedText:
    body = read_text(params.text("caption"), params.text("parse_mode"))
    if utf16_length(body.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return body


def _photo(world: World, params: Params) -> StoredFile:
    upload = params.upload("photo")
    if upload is None:
        return _known(world, params.text("photo"), FileKind.PHOTO)
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > PHOTO_BYTES:
        raise bad_request("file is too big")
    try:
        with Image.open(io.BytesIO(upload.data)) as image:
            (width, height), mime = image.size, image.get_format_mimetype() or "image/jpeg"
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    suffix = mimetypes.guess_extension(mime) or ".jpg"
    return world.files.add(upload.data, FileKind.PHOTO, mime=mime, suffix=suffix, width=width, height=height)


def _document(world: World, params: Params) -> StoredFile:
    upload = params.upload("document")
    if upload is None:
        return _known(world, params.text("document"), FileKind.DOCUMENT)
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > UPLOAD_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    mime = mimetypes.guess_type(upload.filename)[0] or "application/octet-stream"
    suffix = "." + upload.filename.rpartition(".")[2] if "." in upload.filename else ""
    return world.files.add(upload.data, FileKind.DOCUMENT, mime=mime, suffix=suffix, name=upload.filename)


def _known(world: World, file_id: str, kind: FileKind) -> StoredFile:
    if not file_id:
        raise bad_request(f"there is no {kind.value.removesuffix('s')} in the request")
    file = world.files.by_file_id(file_id)
    if file is None or file.kind is not kind:
        raise bad_request(WRONG_FILE)
    return file
