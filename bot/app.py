"""The application: every handler in its place."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import (
    ApplicationBuilder,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.allowances import Allowances
from bot.broadcasting import PRESSED, Broadcaster
from bot.connecting import CONCURRENT_UPDATES, open_bot
from bot.context import BotApplication, BotState, Context, texts_of
from bot.durable import DurableUpdateQueue
from bot.error_reports import ErrorReports, tell_admins
from bot.handlers import banning, broadcasting, evaluation, inline, mine, nsfw, packs, personal, reporting, stats, why
from bot.handlers import jobs as job_handlers
from bot.metrics import SUPERSEDED, Metrics
from bot.newest import NewestQueries
from bot.refusals import is_telegrams_own
from bot.requests import FIRST, request_handler
from bot.stopping import StoppableUpdates
from bot.telegram_source import TelegramStickerSource
from persrv.bootstrap import Services
from persrv.errors import PerSRVError
from persrv.ports.evaluator import Evaluator
from persrv.ports.jobs import JobStarter

_log = logging.getLogger(__name__)

PRIVATE = filters.ChatType.PRIVATE
"""Of messages: those written to the bot itself."""
BEFORE = FIRST + 1
"""The handlers' group that comes before those that answer: whoever has an answer is noted."""
QUERIES_AT_WORK = 16
"""Inline queries that have left the line, in which a newer one takes the place of the one before. One thread ranks, and
what waits for it is encoded together (`persrv.suggest.query_vectors`): with 8, a tenth fewer are answered, with 32 no
more."""


def build_application(
    services: Services, jobs: JobStarter | None = None, evaluator: Evaluator | None = None
) -> BotApplication:
    """The bot on these services; nothing is started and nothing is sent yet.

    :param jobs: What /jobs starts jobs with; None: it only shows the last ones.
    :param evaluator: What /evaluate runs; None: there is nothing to evaluate.
    """
    settings, newest, metrics = services.settings, NewestQueries(), Metrics()

    async def record(update: Update) -> None:
        result = update.chosen_inline_result
        if result is None:
            return
        choice = inline.read_choice(result, bot_id=application.bot.id, update_id=update.update_id)
        if choice is None:
            _log.warning("a chosen result was not one of ours and was left out")
        elif services.moderation.keeps_out(choice.user_id):
            _log.info("a choice of a banned person was left out")
        elif await services.history.record_choice(choice):
            services.chosen(choice.user_id, choice.sticker_id)
            metrics.chosen(choice.position)

    def superseded(update: Update) -> None:
        newest.done(update)
        metrics.answered(SUPERSEDED, time.perf_counter())

    def done(update: object) -> None:
        updates.gives_way(update)
        if isinstance(update, Update):
            newest.done(update)

    updates = DurableUpdateQueue(record, arrived=newest.arrived, superseded=superseded, at_once=QUERIES_AT_WORK)
    application: BotApplication = (
        ApplicationBuilder()
        .bot(open_bot(settings, metrics.erred))
        .concurrent_updates(StoppableUpdates(CONCURRENT_UPDATES, done))
        .context_types(ContextTypes(context=Context))
        .update_queue(updates)
        .job_queue(None)
        .build()
    )
    application.bot_data["state"] = BotState(
        services=services,
        importer=services.importer(TelegramStickerSource(application.bot)),
        jobs=jobs,
        evaluator=evaluator,
        broadcaster=Broadcaster(application.bot, services.broadcasts, services.history, admins=settings.admin_ids),
        allowances=Allowances(
            queries=settings.queries_a_minute, sets=settings.sets_a_day, stickers=settings.stickers_a_day
        ),
        metrics=metrics,
        newest=newest,
        gives_way=updates.gives_way,
    )
    application.add_handlers(_handlers(services))
    application.add_handler(request_handler(), group=FIRST)
    # Whoever only looks what is kept of them leaves nothing by it.
    written = PRIVATE & ~filters.Regex(banning.ABOUT_ONESELF)
    application.add_handler(MessageHandler(written, broadcasting.note_private_chat), group=BEFORE)
    application.add_error_handler(_error_handler())
    return application


def _handlers(services: Services) -> list[BaseHandler[Any, Context, Any]]:
    """What answers. Of these, the first that wants an update has it alone."""
    return [
        banning.BannedPersonHandler(services.moderation),
        InlineQueryHandler(inline.answer_inline_query),
        CommandHandler("start", personal.start, PRIVATE),
        CommandHandler("help", personal.show_help, PRIVATE),
        CommandHandler("packs", packs.list_packs, PRIVATE),
        CommandHandler("addset", packs.addset, PRIVATE),
        CommandHandler("mystyle", personal.mystyle, PRIVATE),
        CommandHandler("why", why.why, PRIVATE),
        CommandHandler("report", reporting.report, PRIVATE),
        CommandHandler("mine", mine.mine, PRIVATE),
        CommandHandler("nsfw", nsfw.nsfw, PRIVATE),
        CommandHandler("stats", stats.stats, PRIVATE),
        CommandHandler("jobs", job_handlers.show_jobs, PRIVATE),
        CommandHandler("evaluate", evaluation.evaluate, PRIVATE),
        CommandHandler("broadcast", broadcasting.broadcast, PRIVATE),
        CommandHandler("ban", banning.ban, PRIVATE),
        CommandHandler("unban", banning.unban, PRIVATE),
        CommandHandler("privacy", personal.privacy),
        CommandHandler("mydata", personal.mydata, PRIVATE),
        CommandHandler("forgetme", personal.forgetme, PRIVATE),
        CallbackQueryHandler(personal.forgetme_answered, pattern=f"^{personal.FORGET}:(yes|no)$"),
        CallbackQueryHandler(mine.press_mine, pattern=rf"^{mine.PRESSED}:({mine.MODES})\Z"),
        CallbackQueryHandler(nsfw.press_nsfw, pattern=rf"^{nsfw.PRESSED}:(on|off)\Z"),
        CallbackQueryHandler(job_handlers.press_job, pattern=f"^{job_handlers.PRESSED}:"),
        CallbackQueryHandler(evaluation.press_evaluation, pattern=f"^{evaluation.PRESSED}:"),
        CallbackQueryHandler(broadcasting.press_broadcast, pattern=f"^{PRESSED}:"),
        CallbackQueryHandler(reporting.press_review, pattern=f"^{reporting.PRESSED}:"),
        # A sticker that the bot itself sent into this chat through an inline query is not a wish to add a set.
        MessageHandler(PRIVATE & filters.Sticker.ALL & ~filters.VIA_BOT, packs.add_set_of_sticker),
        MessageHandler(PRIVATE & ~filters.VIA_BOT & ~filters.StatusUpdate.ALL, packs.read_private_text),
    ]


def _error_handler() -> Callable[[object, Context], Coroutine[Any, Any, None]]:
    """Tells of an error: its person, the log, and now and then the admins."""
    reports = ErrorReports()

    async def report(update: object, context: Context) -> None:
        if is_telegrams_own(context.error):
            _log.warning("an answer did not reach its person: %s", context.error)
            return
        await report_error(update, context)
        if context.error is not None:
            context.state.metrics.erred()
            await tell_admins(reports, context.error, context)

    return report


async def report_error(update: object, context: Context) -> None:
    """An error that a handler did not expect: log it, tell the person a sentence, never a trace."""
    if isinstance(context.error, PerSRVError):  # a sentence that says all: a full disk, a database kept busy
        _log.error("an update could not be handled: %s", context.error)
    else:
        _log.error("an update could not be handled", exc_info=context.error)
    if isinstance(update, Update) and update.effective_message is not None and update.inline_query is None:
        try:
            await update.effective_message.reply_html(texts_of(update).say("something_wrong"))
        except TelegramError as error:
            _log.info("the person could not be told: %s", error)
