"""Sticker sets: by a sticker, by a link, by /addset; and the list of them."""

from __future__ import annotations

from telegram import Message, Update, User

from bot.allowances import Allowances
from bot.context import Context, texts_of
from bot.downloads import CountedProgress, Download
from bot.handlers.feelings import show_the_way, typed_feeling
from bot.progress import ChatProgress
from bot.texts import Texts
from persrv.catalogue import pack_name
from persrv.catalogue.names import linked_pack_names
from persrv.domain.history import Person
from persrv.domain.moderation import Banned
from persrv.domain.stickers import Pack, PackKind, PackState
from persrv.errors import PackBanned, PackNameInvalid, StorageError

PACKS_SHOWN = 60
"""Lines of /packs: a message holds 4,096 characters."""
LINKS_TAKEN = 10
"""Sets that one message adds: each is told in a message of its own, and Telegram allows one a second."""


async def add_set_of_sticker(update: Update, context: Context) -> None:
    """A sticker in the private chat: its whole set joins."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None or message.sticker is None:
        return
    texts = texts_of(update)
    if not message.sticker.set_name:
        await message.reply_html(texts.say("sticker_without_set"))
        return
    await _add(message.sticker.set_name, message, user, context, texts)


async def read_private_text(update: Update, context: Context) -> None:
    """Any other text in the private chat: each link adds its set; a feeling is shown the way to every chat."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    texts, text = texts_of(update), message.text or ""
    names = linked_pack_names(text)
    for name in names[:LINKS_TAKEN]:
        await _add(name, message, user, context, texts)
    if names[LINKS_TAKEN:]:
        await message.reply_html(texts.say("too_many_links", most=LINKS_TAKEN, more=len(names) - LINKS_TAKEN))
    if names:
        return
    feeling = typed_feeling(text, context.bot.username)
    if feeling is None:
        await message.reply_html(texts.say("not_understood"))
    else:
        await show_the_way(message, feeling, context.bot.username, texts)


async def addset(update: Update, context: Context) -> None:
    """/addset NAME, for admins."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    texts = texts_of(update)
    if not context.is_admin(user):
        await message.reply_html(texts.say("admins_only"))
        return
    if not context.args:
        await message.reply_html(texts.say("addset_usage"))
        return
    for text in context.args:
        try:
            name = pack_name(text)
        except PackNameInvalid:
            await message.reply_html(texts.say("name_invalid"))
            continue
        await _add(name, message, user, context, texts)


async def list_packs(update: Update, context: Context) -> None:
    """/packs: the sets that the bot knows."""
    message = update.effective_message
    if message is None:
        return
    texts = texts_of(update)
    packs = await context.services.catalogue.packs()
    if not packs:
        await message.reply_html(texts.say("packs_none"))
        return
    stickers = await context.services.catalogue.count_stickers()
    lines = [texts.say("packs_head", packs=len(packs), stickers=stickers)]
    for pack in packs:
        line = _line(pack, texts)
        if len(lines) > PACKS_SHOWN or sum(map(len, lines)) + len(line) > 3800:
            lines.append(texts.say("packs_more", more=len(packs) - len(lines) + 1))
            break
        lines.append(line)
    await message.reply_html("\n".join(lines), disable_web_page_preview=True)


def _line(pack: Pack, texts: Texts) -> str:
    name = "packs_line_plain" if pack.kind is PackKind.FOLDER else "packs_line"
    line = texts.say(name, name=pack.name, title=pack.title or pack.name, count=pack.sticker_count)
    return line + (texts.say("packs_pending") if pack.state is PackState.PENDING else "")


async def _add(name: str, message: Message, user: User, context: Context, texts: Texts) -> None:
    if context.state.importer.tells(name, message.chat_id):
        await message.reply_html(texts.say("pack_under_way"))
        return
    read = context.services.settings.ocr_engine != "none"
    progress, download = ChatProgress(context.bot, message.chat_id, texts, read=read), None
    try:
        # A restart goes on with the set and speaks to this person again: their language is kept.
        await context.services.history.note_person(Person(user.id, user.language_code or ""))
        if await context.services.bans.is_banned(Banned.pack(name)):
            raise PackBanned(name)
        pack = await context.services.catalogue.pack(name)
        allowances = Allowances() if context.is_admin(user) else context.state.allowances
        download = Download(allowances.stickers, user.id, pack)
        if not download.begin():
            await message.reply_html(texts.say("too_many_stickers"))
            return
        if not allowances.sets.take(user.id):
            download.need(0)
            await message.reply_html(texts.say("too_many_sets"))
            return
        await progress.begin(pack.title if pack and pack.title else name)
        counted = CountedProgress(progress, download)
        await context.state.importer.request(name, counted, requested_by=user.id, progress_chat=message.chat_id)
    except (PackBanned, StorageError) as error:
        if download is not None:
            download.need(0)
        banned = isinstance(error, PackBanned)  # before, or this very moment
        await message.reply_html(texts.say("pack_banned" if banned else "something_wrong"))
        if not banned:
            raise
