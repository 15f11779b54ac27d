"""/nsfw: a person's switch for stickers that are not for everybody."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from bot.context import Context, texts_of
from bot.presses import acknowledge, show
from bot.texts import Texts, words_taken

PRESSED = "nsfw"
"""Callback data of the button under /nsfw: `nsfw:on` and `nsfw:off`."""


async def nsfw(update: Update, context: Context) -> None:
    """/nsfw on, /nsfw off; anything else tells how it stands, and which words are taken."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    words = [word.lower() for word in context.args or ()]
    taken = words in (["on"], ["off"])
    if taken:
        await context.services.nsfw.switch(user.id, on=words == ["on"])
    texts = texts_of(update)
    text, buttons = _state(user.id, context, texts)
    if words and not taken:
        text = f"{words_taken(PRESSED, ('on', 'off'), texts)}\n\n{text}"
    await message.reply_html(text, reply_markup=buttons)


async def press_nsfw(update: Update, context: Context) -> None:
    """The button under /nsfw. It is the person who pressed it whose switch is turned."""
    query = update.callback_query
    if query is None:
        return
    await context.services.nsfw.switch(query.from_user.id, on=query.data == f"{PRESSED}:on")
    await acknowledge(query)
    text, buttons = _state(query.from_user.id, context, texts_of(update))
    await show(query, text, parse_mode=ParseMode.HTML, buttons=buttons)


def _state(user_id: int, context: Context, texts: Texts) -> tuple[str, InlineKeyboardMarkup]:
    """How it stands, and the button to turn it."""
    guard = context.services.nsfw
    on = guard.is_on(user_id)
    text = texts.say("nsfw_on" if on else "nsfw_off")
    if guard.limit is None:
        text += "\n\n" + texts.say("nsfw_no_engine")
    other = "off" if on else "on"
    button = InlineKeyboardButton(texts.plain(f"nsfw_switch_{other}"), callback_data=f"{PRESSED}:{other}")
    return text, InlineKeyboardMarkup([[button]])
