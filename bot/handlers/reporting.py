"""/report by people, and the admins' answer to it."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.context import Context, texts_of
from bot.presses import acknowledge, show
from bot.texts import Texts, texts_for
from persrv.domain.moderation import Banned, Report, ReportState
from persrv.domain.stickers import Sticker

_log = logging.getLogger(__name__)

PRESSED = "review"
"""Callback data under a report: `review:{sticker|set|keep}:{report}`."""

_DATA = re.compile(rf"{PRESSED}:(sticker|set|keep):([1-9]\d{{0,17}})", re.ASCII)


async def report(update: Update, context: Context) -> None:
    """/report in reply to a sticker: the admins are asked, once a sticker."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    texts = texts_of(update)
    replied = message.reply_to_message.sticker if message.reply_to_message is not None else None
    if replied is None:
        await message.reply_html(texts.say("report_usage"))
        return
    catalogue = context.services.catalogue
    sticker = await catalogue.sticker_by_identity(replied.file_unique_id)
    if sticker is None or not await catalogue.stickers([sticker.id]):
        await message.reply_html(texts.say("report_unknown"))
        return
    if not context.state.allowances.reports.take(user.id):
        await message.reply_html(texts.say("report_too_many"))
        return
    made, fresh = await context.services.reports.report(sticker.id, at=datetime.now(UTC))
    if fresh:
        await _ask_admins(made, sticker, context)
    await message.reply_html(texts.say("report_kept" if made.state is ReportState.KEPT else "report_thanks"))


async def press_review(update: Update, context: Context) -> None:
    """A button under a report. Who presses and what is asked again: data can be forged, and admins change."""
    query = update.callback_query
    if query is None:
        return
    texts = texts_of(update)
    if not context.is_admin(query.from_user):
        await acknowledge(query, texts.plain("review_admins_only"), show_alert=True)
        return
    match = _DATA.fullmatch(query.data or "")
    found = await context.services.reports.known(int(match[2])) if match is not None else None
    sticker = await context.services.catalogue.sticker(found.sticker_id) if found is not None else None
    if match is None or found is None or sticker is None or (match[1] == "set" and not sticker.pack):
        await acknowledge(query, texts.plain("review_unknown"), show_alert=True)
        return
    if found.state is ReportState.OPEN and match[1] != "keep":
        # Before the report is closed: where it cannot be written, the button is still there to press again.
        what = Banned.sticker(sticker.file_unique_id) if match[1] == "sticker" else Banned.pack(sticker.pack)
        await context.services.moderation.ban(what, by=query.from_user.id)
    state = ReportState.KEPT if match[1] == "keep" else ReportState.BANNED
    if not await context.services.reports.decide(found.id, state):
        await acknowledge(query, texts.plain("review_decided"))
        return
    await acknowledge(query)
    await show(query, texts.say(f"review_done_{match[1]}"), parse_mode=ParseMode.HTML)


async def _ask_admins(made: Report, sticker: Sticker, context: Context) -> None:
    """Show every admin the sticker, with what can be done about it, in their language."""
    pack = await context.services.catalogue.pack(sticker.pack) if sticker.pack else None
    for admin in context.services.settings.admin_ids:
        try:
            person = await context.services.history.person(admin)
            texts = texts_for(person.language if person else None)
            if pack is None:
                text = texts.say("review_no_set")
            else:
                text = texts.say("review_head", title=pack.title or pack.name, name=pack.name)
            await context.bot.send_sticker(admin, sticker.file_id)
            await context.bot.send_message(
                admin, text, parse_mode=ParseMode.HTML, reply_markup=_buttons(made, texts, has_set=pack is not None)
            )
        except TelegramError as error:
            _log.warning("admin %d could not be told of report %d: %s", admin, made.id, error)


def _buttons(made: Report, texts: Texts, *, has_set: bool) -> InlineKeyboardMarkup:
    actions = ("sticker", "set", "keep") if has_set else ("sticker", "keep")
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(texts.plain(f"review_{action}"), callback_data=f"{PRESSED}:{action}:{made.id}")]
            for action in actions
        ]
    )
