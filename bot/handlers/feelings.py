"""A feeling typed to the bot itself, where a new person tries first: it is told that it works in any chat."""

from __future__ import annotations

import re
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.texts import Texts

_LONGEST: Final = 256
"""Characters of an inline query (Bot API `InlineQuery.query`)."""
_ADDRESS = re.compile(r"://|\bt\.me/", re.ASCII | re.IGNORECASE)


def typed_feeling(text: str, bot: str) -> str | None:
    """What an inline query would ask, in a text that was sent to the bot; None for a command or a link.

    :param bot: The bot's name without the @; in front of the query it is taken off.
    """
    text = " ".join(text.split())
    if not text or text.startswith("/") or _ADDRESS.search(text):
        return None
    return re.sub(rf"^@{re.escape(bot)}(?!\w)\s*", "", text, flags=re.ASCII | re.IGNORECASE)[:_LONGEST].strip()


async def show_the_way(message: Message, feeling: str, bot: str, texts: Texts) -> None:
    """Say where it is typed, with buttons that type it: here and in another chat."""
    buttons = [
        InlineKeyboardButton(texts.plain("start_try"), switch_inline_query_current_chat=feeling),
        InlineKeyboardButton(texts.plain("try_elsewhere"), switch_inline_query=feeling),
    ]
    await message.reply_html(
        texts.say("try_in_any_chat", typed=f"@{bot} {feeling}".strip()),
        reply_markup=InlineKeyboardMarkup([[button] for button in buttons]),
    )
