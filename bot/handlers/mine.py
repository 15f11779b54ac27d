"""/mine: what a person wants of their own packs in every answer."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from bot.context import Context, texts_of
from bot.presses import acknowledge, show
from bot.texts import Texts, words_taken
from persrv.domain.own_packs import OwnPacks

PRESSED = "mine"
"""Callback data of the buttons under /mine: `mine:off`, `mine:prefer` and `mine:only`."""
MODES = "|".join(mode.value for mode in OwnPacks)


async def mine(update: Update, context: Context) -> None:
    """/mine off, /mine prefer, /mine only; anything else tells how it stands, and which words are taken."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    words = [word.lower() for word in context.args or ()]
    taken = len(words) == 1 and words[0] in set(OwnPacks)
    if taken:
        await context.services.own_packs.switch(user.id, OwnPacks(words[0]))
    texts = texts_of(update)
    text, buttons = await _state(user.id, context, texts)
    if words and not taken:
        text = f"{words_taken(PRESSED, tuple(OwnPacks), texts)}\n\n{text}"
    await message.reply_html(text, reply_markup=buttons)


async def press_mine(update: Update, context: Context) -> None:
    """A button under /mine. It is the person who pressed it whose answers change."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    await context.services.own_packs.switch(query.from_user.id, OwnPacks(query.data.removeprefix(f"{PRESSED}:")))
    await acknowledge(query)
    text, buttons = await _state(query.from_user.id, context, texts_of(update))
    await show(query, text, parse_mode=ParseMode.HTML, buttons=buttons)


async def _state(user_id: int, context: Context, texts: Texts) -> tuple[str, InlineKeyboardMarkup]:
    """How it stands, and the buttons to change it."""
    own_packs = context.services.own_packs
    now, own = own_packs.mode(user_id), await own_packs.stickers(user_id)
    lines = [texts.say(f"mine_{now.value}")]
    if len(own):
        lines.append(texts.say("mine_have", stickers=len(own), bot=context.bot.username))
    else:
        lines.append(texts.say("mine_have_none", bot=context.bot.username))
    others = [mode for mode in OwnPacks if mode is not now]
    buttons = [
        InlineKeyboardButton(texts.plain(f"mine_switch_{mode.value}"), callback_data=f"{PRESSED}:{mode.value}")
        for mode in others
    ]
    return "\n\n".join(lines), InlineKeyboardMarkup([[button] for button in buttons])
