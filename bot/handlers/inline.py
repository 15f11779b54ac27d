"""Inline queries, and the results that people choose."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

from telegram import (
    ChosenInlineResult,
    InlineQuery,
    InlineQueryResultsButton,
    Update,
)
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.context import Context, texts_of
from bot.metrics import DELIVERED, END, FAILED, HITS, LATE, NO_HITS, SUPERSEDED
from bot.refusals import is_too_old
from bot.texts import Texts
from persrv.domain.history import Choice
from persrv.domain.suggestions import Page
from persrv.errors import AnswerNotWanted, PerSRVError
from persrv.suggest import choice_from_result, result_id

_log = logging.getLogger(__name__)

START_NO_PACKS = "no_packs"
START_NO_HITS = "no_hits"
START_NONE_OF_OWN = "none_of_own"


async def answer_inline_query(update: Update, context: Context) -> None:
    """Answer with a page of stickers (Bot API `answerInlineQuery`), unless the person has asked something newer."""
    query = update.inline_query
    if query is None:
        return
    suggester, metrics, since = context.services.suggester, context.state.metrics, time.perf_counter()
    wanted = context.state.newest.wanted(update)
    if not wanted():
        metrics.answered(SUPERSEDED, since)
        return
    if not _may_ask(query.from_user.id, context):
        return
    try:
        page = await suggester.suggest(query.from_user.id, query.query, query.offset, wanted=wanted)
        if not wanted():
            raise AnswerNotWanted("The person has typed on.")
    except AnswerNotWanted:
        metrics.answered(SUPERSEDED, since)
        return
    except PerSRVError as error:
        metrics.answered(FAILED, since)
        _log.error("an inline query could not be answered: %s", error)
        return
    context.state.gives_way(update)
    outcome = await _deliver(query, page, update, context)
    metrics.answered(outcome, since)
    # Somebody may ask two a second all day long: what is kept of it would fill the disk.
    if outcome in DELIVERED and page.end and context.state.allowances.answers_kept.take(query.from_user.id):
        suggester.shown(page)


async def _deliver(query: InlineQuery, page: Page, update: Update, context: Context) -> str:
    """Send the answer to Telegram; how it ended, as `bot.metrics` counts it."""
    try:
        await query.answer(
            [],
            api_kwargs={"results": _results(page)},
            is_personal=True,
            cache_time=context.services.settings.inline_cache_seconds if page.placed else 0,
            next_offset=page.next_offset,
            button=_button(page, texts_of(update)),
        )
    except BadRequest as error:
        if is_too_old(error):
            return LATE  # the person typed on: Telegram no longer wants this answer
        _log.error("Telegram refused an inline answer: %s", error)
        return FAILED
    except RetryAfter:
        _log.warning("Telegram limits our inline answers; one was dropped")
        return FAILED
    except TelegramError as error:
        _log.warning("an inline answer did not reach Telegram: %s", error)
        return FAILED
    return HITS if page.placed else END if page.end else NO_HITS


def _results(page: Page) -> str:
    """Bot API `InlineQueryResultCachedSticker`, each of them, as JSON.

    The library's objects for them take ten times as long to be made and written, which is a tenth of an answer.
    """
    return json.dumps(
        [
            {
                "type": "sticker",
                "id": result_id(page.impression_id, placed.position, placed.sticker.id),
                "sticker_file_id": placed.sticker.file_id,
            }
            for placed in page.placed
        ]
    )


def _may_ask(user_id: int, context: Context) -> bool:
    """Whether a person has queries left; an unanswered one costs Telegram's client nothing but a moment."""
    allowed = context.state.allowances.queries.take(user_id)
    if not allowed:
        _log.info("person %d asks more than they may; a query was left unanswered", user_id)
    return allowed


def read_choice(result: ChosenInlineResult, *, bot_id: int, update_id: int) -> Choice | None:
    """A chosen result as a choice, or None when its id is not one of ours."""
    user = result.from_user
    return choice_from_result(
        key=f"{bot_id}:{update_id}",
        user_id=user.id,
        language=user.language_code or "",
        query=result.query,
        result=result.result_id,
        chosen_at=datetime.now(UTC),
    )


def _button(page: Page, texts: Texts) -> InlineQueryResultsButton | None:
    """A button to the private chat, where there is nothing to show."""
    if page.placed or page.end:
        return None
    if page.catalogue_empty:
        return InlineQueryResultsButton(texts.say("inline_no_packs"), start_parameter=START_NO_PACKS)
    if page.none_of_own:
        return InlineQueryResultsButton(texts.say("inline_none_of_own"), start_parameter=START_NONE_OF_OWN)
    return InlineQueryResultsButton(texts.say("inline_no_hits"), start_parameter=START_NO_HITS)
