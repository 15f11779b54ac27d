"""Privacy mode: which messages of a chat a bot is told of (BotFather's /setprivacy, as it is by default)."""

from __future__ import annotations

from bot.sandbox.model import ChatKind, Message
from bot.sandbox.room import Room


def concerns_bot(message: Message, room: Room, bot_id: int, username: str) -> bool:
    """In a group a bot sees commands, replies to it, and what is sent through it; in its own chats everything.

    :param room: Where the message was written.
    :param username: The bot's, without @.
    """
    if room.chats[message.chat_id].kind is ChatKind.PRIVATE or message.via_bot:
        return True
    if message.reply_to is not None:
        replied = room.message(message.chat_id, message.reply_to)
        if replied is not None and replied.sender == bot_id:
            return True
    text = message.body.text.encode("utf-16-le")
    for entity in message.body.entities:
        if entity.type == "bot_command":
            word = text[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")
            if word.partition("@")[2].lower() in ("", username.lower()):
                return True
    return False
