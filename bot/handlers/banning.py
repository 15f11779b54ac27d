"""/ban and /unban, for admins; and the door that banned people stand before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from telegram import Message, Update
from telegram.error import BadRequest
from telegram.ext import BaseHandler

from bot.context import Context, texts_of
from bot.handlers.personal import FORGET
from bot.presses import acknowledge
from bot.refusals import is_too_old
from bot.texts import Texts
from persrv.catalogue import Moderation, pack_name
from persrv.domain.moderation import BanKind, Banned
from persrv.errors import PackNameInvalid

SET = "set"
"""The word after /ban that means the whole set of the sticker replied to."""
BANS_SHOWN = 30

_PERSON = re.compile(r"[1-9]\d{0,18}", re.ASCII)
ABOUT_ONESELF = re.compile(r"^/(privacy|mydata|forgetme)(@\w+)?(\s|$)", re.ASCII)
"""What is known of a person stays theirs to see and to erase."""


class BannedPersonHandler(BaseHandler[Update, Context, None]):
    """Takes every update of a banned person, so that no other handler of its group gets it."""

    def __init__(self, moderation: Moderation) -> None:
        super().__init__(turn_away)
        self._moderation = moderation

    def check_update(self, update: object) -> bool:
        """Whether a banned person is behind it, and wants more than what is known of them."""
        if not isinstance(update, Update) or update.effective_user is None:
            return False
        if not self._moderation.keeps_out(update.effective_user.id):
            return False
        if update.message is not None and ABOUT_ONESELF.match(update.message.text or ""):
            return False
        data = update.callback_query.data if update.callback_query is not None else None
        return not (data or "").startswith(f"{FORGET}:")


async def turn_away(update: Update, _context: Context) -> None:
    """Answer a banned person: nothing to an inline query, a sentence in private."""
    texts = texts_of(update)
    if update.inline_query is not None:
        try:
            await update.inline_query.answer([], cache_time=0, is_personal=True)
        except BadRequest as error:
            if not is_too_old(error):  # they typed on
                raise
    elif update.callback_query is not None:
        await acknowledge(update.callback_query, texts.plain("you_are_banned"), show_alert=True)
    elif update.message is not None and update.message.chat.type == "private":
        await update.message.reply_html(texts.say("you_are_banned"))


async def ban(update: Update, context: Context) -> None:
    """/ban in reply to a sticker, or with a set's name or a person's number; alone it lists what is banned."""
    message, user, texts = update.effective_message, update.effective_user, texts_of(update)
    if message is None or user is None:
        return
    if not context.is_admin(user):
        await message.reply_html(texts.say("ban_admins_only"))
        return
    what = await _target(message, context, texts)
    if isinstance(what, str):
        await message.reply_html(what + await _listed(context, texts))
    elif what.kind is BanKind.PERSON and int(what.key) in context.services.settings.admin_ids:
        await message.reply_html(texts.say("ban_admin"))
    else:
        fresh = await context.services.moderation.ban(what, by=user.id)
        await message.reply_html(await _said("ban_done" if fresh else "ban_known", what, context, texts))


async def unban(update: Update, context: Context) -> None:
    """/unban, said like /ban."""
    message, texts = update.effective_message, texts_of(update)
    if message is None:
        return
    if not context.is_admin(update.effective_user):
        await message.reply_html(texts.say("ban_admins_only"))
        return
    what = await _target(message, context, texts, command="unban")
    if isinstance(what, str):
        await message.reply_html(what + await _listed(context, texts))
    else:
        lifted = await context.services.moderation.unban(what)
        await message.reply_html(await _said("unban_done" if lifted else "unban_unknown", what, context, texts))


async def set_of(file_unique_id: str, told: str | None, context: Context) -> str:
    """The name of a sticker's set: as Telegram told it, else as we know it, else ""."""
    if told:
        return told
    known = await context.services.catalogue.sticker_by_identity(file_unique_id)
    return known.pack if known is not None else ""


async def _target(message: Message, context: Context, texts: Texts, *, command: str = "ban") -> Banned | str:
    """What a command is about, or what to say where that is not clear."""
    words: Sequence[str] = context.args or ()
    replied = message.reply_to_message.sticker if message.reply_to_message is not None else None
    if replied is not None and not words:
        return Banned.sticker(replied.file_unique_id)
    if replied is not None and [word.lower() for word in words] == [SET]:
        name = await set_of(replied.file_unique_id, replied.set_name, context)
        return Banned.pack(name) if name else texts.say("ban_no_set")
    if replied is None and len(words) == 1:
        if _PERSON.fullmatch(words[0]) and int(words[0]) < 2**63:
            return Banned.person(int(words[0]))
        if words[0].startswith("@") or "/" in words[0]:
            try:
                return Banned.pack(pack_name(words[0].removeprefix("@")))
            except PackNameInvalid:
                return texts.say("name_invalid")
    return texts.say("ban_usage", command=command)


async def _said(name: str, what: Banned, context: Context, texts: Texts) -> str:
    return texts.compose(name, markup={"what": await _named(what, context, texts)})


async def _named(what: Banned, context: Context, texts: Texts) -> str:
    """What is banned; a sticker by its emoji and its set where we know them: its identity tells nobody anything."""
    catalogue = context.services.catalogue
    known = await catalogue.sticker_by_identity(what.key) if what.kind is BanKind.STICKER else None
    pack = await catalogue.pack(known.pack) if known is not None and known.pack else None
    if known is None or pack is None:
        return texts.say(f"ban_of_{what.kind.value}", key=what.key)
    emoji = known.emoji or "❔"
    return texts.say("ban_of_known_sticker", emoji=emoji, title=pack.title or pack.name, name=pack.name)


async def _listed(context: Context, texts: Texts) -> str:
    """The ban list, latest first, under the usage; "" where it is empty."""
    bans = await context.services.bans.bans()
    if not bans:
        return ""
    lines = [texts.say("ban_list")]
    lines += ["• " + await _named(ban.what, context, texts) for ban in bans[:BANS_SHOWN]]
    if len(bans) > BANS_SHOWN:
        lines.append(texts.say("ban_more", more=len(bans) - BANS_SHOWN))
    return "\n\n" + "\n".join(lines)
