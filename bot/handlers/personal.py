"""What a person asks about the bot and about themselves."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Final

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.context import Context, texts_of
from bot.handlers.inline import START_NO_HITS, START_NO_PACKS, START_NONE_OF_OWN
from bot.presses import acknowledge, show
from bot.texts import Texts
from persrv.domain.history import Person
from persrv.suggest import ToldStyle, as_file

FORGET = "forget"
"""Callback data of the buttons under /forgetme: `forget:yes` and `forget:no`."""

_PATIENCE: Final = 1.5
"""Seconds that a person waits for an answer without hearing why."""
_STYLES_SHOWN = 3
_LONGEST_WORD = 30
"""Characters of a query in the caption."""
_LONGEST_CAPTION = 1_024
"""UTF-16 code units, of which an emoji has two and more (Bot API `sendPhoto`)."""


async def start(update: Update, context: Context) -> None:
    """/start, also with what an inline button asked about."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    await context.services.history.note_person(Person(user.id, user.language_code or ""))
    texts = texts_of(update)
    asked = {
        START_NO_PACKS: "start_no_packs",
        START_NO_HITS: "start_no_hits",
        START_NONE_OF_OWN: "start_none_of_own",
    }.get(context.args[0] if context.args else "", "start")
    button = InlineKeyboardButton(texts.say("start_try"), switch_inline_query_current_chat="")
    await message.reply_html(
        texts.say(asked, bot=context.bot.username) if asked == "start" else texts.say(asked),
        reply_markup=InlineKeyboardMarkup([[button]]) if asked == "start" else None,
    )


async def show_help(update: Update, context: Context) -> None:
    """/help."""
    if update.effective_message is None:
        return
    texts = texts_of(update)
    text = texts.say("help", bot=context.bot.username)
    if context.is_admin(update.effective_user):
        text += "\n\n" + texts.say("help_admin")
    await update.effective_message.reply_html(text)


async def privacy(update: Update, context: Context) -> None:
    """/privacy, which Telegram asks of every bot."""
    if update.effective_message is None:
        return
    texts, settings = texts_of(update), context.services.settings
    answers, choices = _kept(settings.keep_impressions_days, texts), _kept(settings.keep_choices_days, texts)
    await update.effective_message.reply_html(
        texts.say("privacy", bot=context.bot.username, choices=choices, answers=answers)
    )


def _kept(days: int, texts: Texts) -> str:
    return texts.plain("privacy_days", days=days) if days else texts.plain("privacy_ever")


async def mydata(update: Update, context: Context) -> None:
    """/mydata: everything that is kept of a person, as a file."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    if not context.is_admin(user) and not context.state.allowances.files.take(user.id):
        await message.reply_html(texts_of(update).say("too_many_files"))
        return
    await context.services.impressions.flush()
    async with context.state.telling_all:  # one after the other: each may be some hundred megabytes while it is made
        record = await context.services.history.record_of(user.id)
        name, document = await asyncio.to_thread(as_file, record)
        del record
    await message.reply_document(document, filename=name, caption=texts_of(update).plain("mydata"))


async def mystyle(update: Update, context: Context) -> None:
    """/mystyle: a person's styles as a picture; in words until the stickers they chose have been looked at."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    texts = texts_of(update)
    teller = context.services.style_teller
    styles = await teller.tell(user.id)
    drawn = sum(len(style.own) + len(style.others) for style in styles)
    if not context.is_admin(user) and not context.state.allowances.stickers.take(user.id, drawn):
        await message.reply_html(texts.say("too_many_stickers"))
        return
    picture = await teller.paint(styles)
    if picture is not None:
        caption = _styles_in_words(styles, await teller.sure(user.id), texts)
        await message.reply_photo(picture, caption=caption, parse_mode=ParseMode.HTML)
        return
    lines = await _chosen_sets(user.id, context, texts)
    if lines:
        await message.reply_html(texts.compose("mystyle_some", markup={"lines": "\n".join(lines)}))
    else:
        await message.reply_html(texts.say("mystyle_new", bot=context.bot.username))


def _styles_in_words(styles: Sequence[ToldStyle], sure: float | None, texts: Texts) -> str:
    """The caption: how much each style is used, for which words, as many as fit, and how far suggestions follow it.

    :param sure: How likely the person is to have a style at all; None where that is not weighed.
    """
    most = max((len(style.words) for style in styles), default=0)
    captions = (_caption(styles, words, sure, texts) for words in range(most, -1, -1))
    return next((caption for caption in captions if _utf16_length(caption) <= _LONGEST_CAPTION), "")


def _caption(styles: Sequence[ToldStyle], most: int, sure: float | None, texts: Texts) -> str:
    """The same with so many words of a style at most."""
    lines = []
    alike = Counter(frozenset(style.words[:most]) for style in styles)
    for place, style in enumerate(styles, 1):
        share = max(1, round(100 * style.share))
        words = texts.say("comma").join(word[:_LONGEST_WORD] for word in style.words[:most])
        if words and alike[frozenset(style.words[:most])] == 1:  # else they would tell no style from another
            lines.append(texts.say("mystyle_style", place=place, share=share, words=words))
        else:
            lines.append(texts.say("mystyle_style_plain", place=place, share=share))
    caption = texts.compose("mystyle_caption", markup={"lines": "\n".join(lines)})
    if sure is None:
        return caption
    told = texts.say("mystyle_sure", percent=min(99, round(100 * sure))) if sure > 0 else texts.say("mystyle_none")
    return f"{caption}\n\n{told}"


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


async def _chosen_sets(user_id: int, context: Context, texts: Texts) -> list[str]:
    """Which sets the stickers that they chose come from."""
    catalogue = context.services.catalogue
    chosen = await catalogue.stickers(await context.services.history.most_used(user_id, 200))
    shares = Counter(sticker.pack for sticker in chosen.values() if sticker.pack)
    lines = []
    for name, count in sorted(shares.items(), key=lambda share: (-share[1], share[0]))[:_STYLES_SHOWN]:
        pack = await catalogue.pack(name)
        title = pack.title if pack else name
        lines.append(texts.say("mystyle_line", title=title, share=round(100 * count / shares.total())))
    return lines


async def forgetme(update: Update, _context: Context) -> None:
    """/forgetme: ask first."""
    if update.effective_message is None:
        return
    texts = texts_of(update)
    buttons = [
        InlineKeyboardButton(texts.say("forget_yes"), callback_data=f"{FORGET}:yes"),
        InlineKeyboardButton(texts.say("forget_no"), callback_data=f"{FORGET}:no"),
    ]
    await update.effective_message.reply_html(texts.say("forget_ask"), reply_markup=InlineKeyboardMarkup([buttons]))


async def forgetme_answered(update: Update, context: Context) -> None:
    """A button under /forgetme. It is the person who pressed it who is erased, whatever the data says.

    The first press holds: a second one of a double tap would find nothing left, and say so over what was erased.
    """
    query = update.callback_query
    if query is None:
        return
    await acknowledge(query)
    with context.state.answered.first(query) as first:
        if first:
            await _decide(query, context, texts_of(update))


async def _decide(query: CallbackQuery, context: Context, texts: Texts) -> None:
    if query.data == f"{FORGET}:yes":
        choices, impressions = await _told_meanwhile(context.services.forget(query.from_user.id), query, texts)
        if choices:
            # Utility, meaning and neighbours were counted with them: the schedule has them learnt anew, without.
            context.state.importer.finished.set()
        await show(query, texts.say("forget_done", choices=choices, impressions=impressions))
    else:
        await show(query, texts.say("forget_kept"))


async def _told_meanwhile(
    erasing: Coroutine[None, None, tuple[int, int]], query: CallbackQuery, texts: Texts
) -> tuple[int, int]:
    """What erasing returns; it is said to be under way where that lasts: a large index is rewritten for seconds."""
    work = asyncio.create_task(erasing)
    try:
        if not (await asyncio.wait({work}, timeout=_PATIENCE))[0]:
            with contextlib.suppress(TelegramError):  # it goes on, whether or not that could be said
                await show(query, texts.say("forget_at_work"))
        return await work
    finally:
        work.cancel()
