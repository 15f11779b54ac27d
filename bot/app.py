"""The application: every handler in its place."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import telegram
import telegram.ext
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, Update
from telegram.constants import UpdateType
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.allowances import Allowances
from bot.broadcasting import PRESSED, Broadcaster
from bot.context import BotApplication, BotState, Context, texts_of
from bot.durable import DurableUpdateQueue
from bot.error_reports import ErrorReports, tell_admins
from bot.handlers import banning, broadcasting, evaluation, inline, mine, nsfw, packs, personal, reporting, stats, why
from bot.handlers import jobs as job_handlers
from bot.http import NOT_TELEGRAMS, TIMEOUT_SECONDS, AiohttpRequest
from bot.limits import InlineFirstRateLimiter
from bot.metrics import SUPERSEDED, Metrics
from bot.newest import NewestQueries
from bot.reading import read_update
from bot.refusals import is_telegrams_own
from bot.requests import FIRST, request_handler
from bot.stopping import StoppableUpdates
from bot.telegram_source import TelegramStickerSource
from bot.texts import Texts, languages, texts_for
from persrv.bootstrap import Services
from persrv.config import Settings
from persrv.errors import PerSRVError, TelegramUnavailable, TokenRejected
from persrv.ports.evaluator import Evaluator
from persrv.ports.jobs import JobStarter

_log = logging.getLogger(__name__)

ALLOWED_UPDATES = (
    UpdateType.MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.INLINE_QUERY,
    UpdateType.CHOSEN_INLINE_RESULT,
)
"""Named at every start: an omitted list would keep whatever was asked for last."""

COMMANDS = ("start", "help", "packs", "mystyle", "why", "report", "mine", "nsfw", "privacy", "mydata", "forgetme")
"""Shown in Telegram's menu, in this order."""
ADMIN_COMMANDS = ("addset", "stats", "jobs", "evaluate", "broadcast", "ban", "unban")
"""Shown after them to admins alone."""

BEFORE = FIRST + 1
"""The handlers' group that comes before those that answer: whoever has an answer is noted."""
CONCURRENT_UPDATES = 64
"""Inline queries that are handled at the same time, as many messages and presses in private, and as many in groups;
nearly all of that time is waiting for Telegram."""
QUERIES_AT_WORK = 16
"""Inline queries that have left the line, in which a newer one takes the place of the one before. One thread ranks, and
what waits for it is encoded together (`persrv.suggest.query_vectors`): with 8, a tenth fewer are answered, with 32 no
more."""
UPDATES_AT_ONCE = 40
"""Updates that are fetched in one look."""
CONNECTIONS = CONCURRENT_UPDATES * 2
"""To Telegram at the same time, beside the one that asks for updates."""


class PollingBot(telegram.ext.ExtBot[int]):
    """Asks for `UPDATES_AT_ONCE`: to read the library's hundred would hold the event loop for too long.

    Each is read by itself: the library would ask again and again for all that came with one that it cannot read.
    """

    def __init__(self, *args: Any, unreadable: Callable[[], None], **kwargs: Any) -> None:
        """See `telegram.ext.ExtBot`.

        :param unreadable: Told of each update that cannot be read.
        """
        super().__init__(*args, **kwargs)
        self._unreadable = unreadable

    async def get_updates(
        self,
        offset: int | None = None,
        limit: int | None = UPDATES_AT_ONCE,
        timeout: int | timedelta | None = None,  # noqa: ASYNC109
        allowed_updates: Sequence[str] | None = None,
        **_: Any,
    ) -> tuple[Update, ...]:
        """See `telegram.Bot.get_updates`; the limits of time for the request itself are those of `AiohttpRequest`."""
        waits = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout or 0
        asked = {"offset": offset, "limit": limit, "timeout": timeout, "allowed_updates": allowed_updates}
        found = await self._post("getUpdates", asked, read_timeout=TIMEOUT_SECONDS + waits)
        if not isinstance(found, list):  # the library would ask again at once, a hundred times a second
            raise TelegramError(NOT_TELEGRAMS)
        read = (read_update(raw, self, self._unreadable) for raw in found)
        return tuple(update for update in read if update is not None)


def _bot(settings: Settings, unreadable: Callable[[], None] = lambda: None) -> telegram.ext.ExtBot[int]:
    return PollingBot(
        _token(settings),
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=_files(settings),
        request=AiohttpRequest(CONNECTIONS, settings.telegram_api_url),
        get_updates_request=AiohttpRequest(1, settings.telegram_api_url),
        rate_limiter=InlineFirstRateLimiter(max_retries=2),
        unreadable=unreadable,
    )


@contextlib.asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[TelegramStickerSource]:
    """A source of stickers for the command line, without running the bot.

    :raises TokenRejected: Telegram does not know the token.
    :raises TelegramUnavailable: Telegram cannot be reached.
    :raises ConfigurationError: the environment's proxy or certificates cannot be used.
    """
    bot = _bot(settings)
    try:
        try:
            await bot.initialize()
        except InvalidToken:
            raise rejected_token(settings) from None
        except TelegramError as error:
            raise TelegramUnavailable(
                f"{settings.telegram_api_url} cannot be reached ({error}). Check this machine's network and "
                "PERSRV_TELEGRAM_API_URL."
            ) from error
        yield TelegramStickerSource(bot)
    finally:
        await bot.shutdown()


def rejected_token(settings: Settings) -> TokenRejected:
    """What to say when Telegram does not know the token."""
    return TokenRejected(
        f"{settings.telegram_api_url} does not know the token in PERSRV_BOT_TOKEN. @BotFather shows it under /mybots, "
        "API Token; copy it whole."
    )


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
        .bot(_bot(settings, metrics.erred))
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
    private = filters.ChatType.PRIVATE
    application.add_handlers(
        [
            # Of these, the first that wants an update has it alone.
            banning.BannedPersonHandler(services.moderation),
            InlineQueryHandler(inline.answer_inline_query),
            CommandHandler("start", personal.start, private),
            CommandHandler("help", personal.show_help, private),
            CommandHandler("packs", packs.list_packs, private),
            CommandHandler("addset", packs.addset, private),
            CommandHandler("mystyle", personal.mystyle, private),
            CommandHandler("why", why.why, private),
            CommandHandler("report", reporting.report, private),
            CommandHandler("mine", mine.mine, private),
            CommandHandler("nsfw", nsfw.nsfw, private),
            CommandHandler("stats", stats.stats, private),
            CommandHandler("jobs", job_handlers.show_jobs, private),
            CommandHandler("evaluate", evaluation.evaluate, private),
            CommandHandler("broadcast", broadcasting.broadcast, private),
            CommandHandler("ban", banning.ban, private),
            CommandHandler("unban", banning.unban, private),
            CommandHandler("privacy", personal.privacy),
            CommandHandler("mydata", personal.mydata, private),
            CommandHandler("forgetme", personal.forgetme, private),
            CallbackQueryHandler(personal.forgetme_answered, pattern=f"^{personal.FORGET}:(yes|no)$"),
            CallbackQueryHandler(mine.press_mine, pattern=rf"^{mine.PRESSED}:({mine.MODES})\Z"),
            CallbackQueryHandler(nsfw.press_nsfw, pattern=rf"^{nsfw.PRESSED}:(on|off)\Z"),
            CallbackQueryHandler(job_handlers.press_job, pattern=f"^{job_handlers.PRESSED}:"),
            CallbackQueryHandler(evaluation.press_evaluation, pattern=f"^{evaluation.PRESSED}:"),
            CallbackQueryHandler(broadcasting.press_broadcast, pattern=f"^{PRESSED}:"),
            CallbackQueryHandler(reporting.press_review, pattern=f"^{reporting.PRESSED}:"),
            # A sticker that the bot itself sent into this chat through an inline query is not a wish to add a set.
            MessageHandler(private & filters.Sticker.ALL & ~filters.VIA_BOT, packs.add_set_of_sticker),
            MessageHandler(private & ~filters.VIA_BOT & ~filters.StatusUpdate.ALL, packs.read_private_text),
        ]
    )
    application.add_handler(request_handler(), group=FIRST)
    # Whoever only looks what is kept of them leaves nothing by it.
    written = private & ~filters.Regex(banning.ABOUT_ONESELF)
    application.add_handler(MessageHandler(written, broadcasting.note_private_chat), group=BEFORE)
    reports = ErrorReports()

    async def report(update: object, context: Context) -> None:
        if is_telegrams_own(context.error):
            _log.warning("an answer did not reach its person: %s", context.error)
            return
        await report_error(update, context)
        if context.error is not None:
            context.state.metrics.erred()
            await tell_admins(reports, context.error, context)

    application.add_error_handler(report)
    return application


async def describe_bot(bot: telegram.Bot) -> None:
    """Tell Telegram the commands and descriptions, in every language; not vital, so a failure is only logged."""
    try:
        for code in languages():
            texts = texts_for(code)
            # English stands for every language that there are no texts for.
            tag = None if code == "en" else code
            await bot.set_my_commands(_menu(COMMANDS, texts), scope=BotCommandScopeAllPrivateChats(), language_code=tag)
            await bot.set_my_description(texts.say("description", bot=bot.username), language_code=tag)
            await bot.set_my_short_description(texts.say("short_description"), language_code=tag)
    except TelegramError as error:
        _log.warning("the command menu could not be set: %s", error)


async def describe_to_admins(bot: telegram.Bot, admins: Iterable[int]) -> None:
    """Give each admin a menu with the admins' commands; who has never written to the bot has no chat to set it in."""
    for admin in admins:
        try:
            for code in languages():
                await bot.set_my_commands(
                    _menu((*COMMANDS, *ADMIN_COMMANDS), texts_for(code)),
                    scope=BotCommandScopeChat(admin),
                    language_code=None if code == "en" else code,
                )
        except TelegramError as error:
            _log.info("admin %d has no menu of their own yet: %s", admin, error)


def _menu(names: Iterable[str], texts: Texts) -> list[BotCommand]:
    return [BotCommand(name, texts.plain(f"command_{name}")) for name in names]


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


def _token(settings: Settings) -> str:
    if settings.bot_token is None:
        raise ValueError("there is no bot token")
    return settings.bot_token.get_secret_value()


def _files(settings: Settings) -> str:
    return f"{settings.telegram_api_url}/file/bot"
