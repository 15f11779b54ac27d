"""The world as Bot API objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.model import (
    Button,
    Chat,
    ChatKind,
    Entity,
    FileKind,
    FormattedText,
    Message,
    Person,
    StickerItem,
    StickerSet,
    StoredFile,
)
from persrv.domain.stickers import StickerFormat

if TYPE_CHECKING:
    from bot.sandbox.world import World

Json = dict[str, object]


def person_json(person: Person) -> Json:
    """Bot API `User` of a person."""
    return {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": person.language}


def bot_json(world: World) -> Json:
    """Bot API `User` of the bot."""
    return {"id": world.bot_id, "is_bot": True, "first_name": world.bot_name, "username": world.bot_username}


def chat_json(chat: Chat) -> Json:
    """Bot API `Chat`."""
    if chat.kind is ChatKind.PRIVATE:
        return {"id": chat.id, "first_name": chat.title, "type": "private"}
    return {"id": chat.id, "title": chat.title, "type": "group", "all_members_are_administrators": True}


def entity_json(entity: Entity) -> Json:
    """Bot API `MessageEntity`."""
    made: Json = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    if entity.url:
        made["url"] = entity.url
    if entity.language:
        made["language"] = entity.language
    return made


def file_json(world: World, file: StoredFile) -> Json:
    """The fields that every Bot API file object has."""
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": world.files.size(file),
    }


def sticker_json(world: World, item: StickerItem) -> Json:
    """Bot API `Sticker`."""
    made: Json = {
        "width": item.file.width,
        "height": item.file.height,
        "is_animated": item.format is StickerFormat.ANIMATED,
        "is_video": item.format is StickerFormat.VIDEO,
        "type": "regular",
    }
    if item.emoji:
        made["emoji"] = item.emoji
    if item.set_name:
        made["set_name"] = item.set_name
    return made | file_json(world, item.file)


def set_json(world: World, found: StickerSet) -> Json:
    """Bot API `StickerSet`."""
    stickers = [sticker_json(world, item) | {"type": found.kind.value} for item in found.stickers]
    return {"name": found.name, "title": found.title, "sticker_type": found.kind.value, "stickers": stickers}


def media_json(world: World, file: StoredFile) -> object:
    """Bot API `Document`, or the list of `PhotoSize`."""
    made = file_json(world, file)
    if file.kind is FileKind.PHOTO:
        return [made | {"width": file.width, "height": file.height}]
    return made | {"file_name": file.name, "mime_type": file.mime}


def body_json(body: FormattedText, name: str) -> Json:
    """A text and its entities under the names that a message or a caption has for them."""
    made: Json = {}
    if body.text:
        made[name] = body.text
    if body.entities:
        entities = "entities" if name == "text" else "caption_entities"
        made[entities] = [entity_json(entity) for entity in body.entities]
    return made


def button_json(button: Button) -> Json:
    """Bot API `InlineKeyboardButton`; also what the page shows."""
    return {"text": button.text, button.action: button.value}


def message_json(world: World, message: Message, *, with_reply: bool = True) -> Json:
    """Bot API `Message`."""
    person = world.room.people.get(message.sender)
    made: Json = {
        "message_id": message.id,
        "from": bot_json(world) if person is None else person_json(person),
        "chat": chat_json(world.room.chats[message.chat_id]),
        "date": message.date,
    }
    made |= body_json(message.body, "caption" if message.has_media else "text")
    if message.sticker is not None:
        made["sticker"] = sticker_json(world, message.sticker)
    if message.photo is not None:
        made["photo"] = media_json(world, message.photo)
    if message.document is not None:
        made["document"] = media_json(world, message.document)
    if message.via_bot:
        made["via_bot"] = bot_json(world)
    if message.edited_at:
        made["edit_date"] = message.edited_at
    if message.buttons:
        made["reply_markup"] = {"inline_keyboard": [[button_json(b) for b in row] for row in message.buttons]}
    replied = world.room.message(message.chat_id, message.reply_to) if message.reply_to else None
    if with_reply and replied is not None:
        made["reply_to_message"] = message_json(world, replied, with_reply=False)
    return made
