"""/evaluate: the paper's tables from a chat; for admins."""

from __future__ import annotations

import asyncio

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode

from bot.context import Context, texts_of
from bot.presses import acknowledge
from bot.telling import Telling
from bot.texts import Texts
from persrv.errors import JobBusy, PerSRVError
from persrv.ports.evaluator import Evaluated, Evaluator

PRESSED = "evaluate"
STOP = f"{PRESSED}:stop"
"""Callback data of the button under the progress."""
SHOWN = ("M-MRR@1", "M-MRR@20", "R@20")


async def evaluate(update: Update, context: Context) -> None:
    """/evaluate: start, and tell how far it is; the outcome comes as messages of its own."""
    message = update.effective_message
    if message is None:
        return
    texts, evaluator = texts_of(update), context.state.evaluator
    if not context.is_admin(update.effective_user):
        await message.reply_html(texts.say("evaluate_admins_only"))
    elif evaluator is None or context.services.settings.evaluation_dataset is None:
        await message.reply_html(texts.say("evaluate_no_dataset"))
    elif evaluator.running:
        await message.reply_html(texts.say("evaluate_busy"))
    else:
        shown = await message.reply_html(texts.say("evaluate_started"), reply_markup=_stop_button(texts))
        context.application.create_task(_run(evaluator, shown, texts), update)


async def press_evaluation(update: Update, context: Context) -> None:
    """The button under the progress; who may press it is asked again."""
    query = update.callback_query
    if query is None:
        return
    texts, evaluator = texts_of(update), context.state.evaluator
    if not context.is_admin(query.from_user):
        await acknowledge(query, texts.plain("evaluate_admins_only"), show_alert=True)
        return
    await acknowledge(query)
    if query.data == STOP and evaluator is not None:
        await evaluator.stop()


async def _run(evaluator: Evaluator, shown: Message, texts: Texts) -> None:
    async def edit(text: str, buttons: InlineKeyboardMarkup | None) -> None:
        await shown.edit_text(text, parse_mode=ParseMode.HTML, reply_markup=buttons)

    def hear(stage: str, done: int, total: int | None) -> None:
        """See `persrv.ports.progress.Progress`."""
        telling.hear(texts.say("evaluate_progress", stage=stage, far=f"{done} / {total}" if total else ""))

    telling = Telling(edit, _stop_button(texts))
    try:
        found = await evaluator.run(hear)
    except JobBusy:
        await telling.end(texts.say("evaluate_busy"))
    except PerSRVError as error:
        await telling.end(texts.say("evaluate_failed", reason=str(error)))
    else:
        await telling.end(texts.say("evaluate_done"))
        await _send(found, shown, texts)


async def _send(found: Evaluated, shown: Message, texts: Texts) -> None:
    """The chart with the table under it, then the whole report as a file."""
    chart, page = await asyncio.gather(
        asyncio.to_thread((found.folder / "chart.png").read_bytes),
        asyncio.to_thread((found.folder / "report.html").read_bytes),
    )
    caption = texts.compose("evaluate_table", markup={"table": table(found)}, pairs=found.pairs)
    await shown.reply_photo(chart, caption=caption, parse_mode=ParseMode.HTML)
    missing = [f"{system.name}: {system.not_run}" for system in found.systems if system.not_run]
    if missing:
        await shown.reply_html(texts.say("evaluate_not_run", reasons="\n".join(missing)))
    await shown.reply_document(page, filename="persrv-evaluation.html")


def table(found: Evaluated) -> str:
    """The systems that ran, as preformatted Telegram HTML."""
    ran = [system for system in found.systems if system.metrics]
    width = max((len(system.name) for system in ran), default=0)
    lines = [" " * width + "".join(f" {metric:>8}" for metric in SHOWN)]
    lines += [
        system.name.ljust(width) + "".join(f" {system.metrics[metric]:8.4f}" for metric in SHOWN) for system in ran
    ]
    return "<pre>" + "\n".join(lines) + "</pre>"


def _stop_button(texts: Texts) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(texts.plain("evaluate_stop"), callback_data=STOP)]])
