"""/jobs: what ran, what runs, and buttons to start something; for admins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.context import Context, texts_of
from bot.presses import acknowledge, show
from bot.texts import Texts
from persrv.bootstrap import one_job_at_a_time
from persrv.domain.runs import JobName, JobRun, RunState
from persrv.errors import JobBusy, PerSRVError

PRESSED = "job"
"""Callback data of the buttons under /jobs: `job:{name}`, and `job:refresh`."""
REFRESH = f"{PRESSED}:refresh"

BUTTONS = (
    (JobName.NIGHTLY, JobName.NEW),
    (JobName.NSFW, JobName.OCR, JobName.CAPTION, JobName.INDEX),
    (JobName.UTILITY, JobName.PREFERENCE, JobName.MEANING),
)
"""What an admin can start, in rows."""

RUNS_SHOWN = 8
_LONGEST_ERROR = 200
_ALERT = 190
"""Characters; Bot API `answerCallbackQuery` takes 200."""


async def show_jobs(update: Update, context: Context) -> None:
    """/jobs."""
    message = update.effective_message
    if message is None:
        return
    texts = texts_of(update)
    if not context.is_admin(update.effective_user):
        await message.reply_html(texts.say("jobs_admins_only"))
        return
    await message.reply_html(await _render(context, texts), reply_markup=_keyboard(context, texts))


async def press_job(update: Update, context: Context) -> None:
    """A button under /jobs. Who may press it is asked again: a message can be forwarded, and admins change."""
    query = update.callback_query
    if query is None:
        return
    texts = texts_of(update)
    if not context.is_admin(query.from_user):
        await acknowledge(query, texts.plain("jobs_admins_only"), show_alert=True)
        return
    said = "" if query.data == REFRESH else await _start(query.data or "", context, texts)
    await acknowledge(query, said[:_ALERT] or None)
    await show(query, await _render(context, texts), parse_mode="HTML", buttons=_keyboard(context, texts))


async def _start(data: str, context: Context, texts: Texts) -> str:
    """Start the job that a button names. Return what to say of it."""
    name = {f"{PRESSED}:{name.value}": name for row in BUTTONS for name in row}.get(data)
    if name is None:
        return texts.plain("jobs_unknown")
    jobs = context.state.jobs
    if jobs is None:
        return texts.plain("jobs_cannot_start")
    if _busy(context):
        return texts.plain("jobs_busy")
    try:
        started = await jobs.start(name)
    except PerSRVError as error:
        return str(error)
    if not started:
        return texts.plain("jobs_busy")
    return texts.plain("jobs_started", job=texts.plain(f"job_{name.value}"))


def _busy(context: Context) -> bool:
    """Whether a job runs in any process; without that look, a child would start only to find it out."""
    try:
        with one_job_at_a_time(context.services.settings):
            return False
    except JobBusy:
        return True


async def _render(context: Context, texts: Texts) -> str:
    services = context.services
    runs = await services.job_log.last(RUNS_SHOWN)
    zone = ZoneInfo(services.settings.timezone)
    started = context.state.jobs.running if context.state.jobs else None
    told = render(runs, texts, zone=zone, now=datetime.now(UTC), starting=started, busy=_busy(context))
    return "\n".join([told, *(texts.say("jobs_aside", problem=_short(problem)) for problem in services.aside)])


def render(
    runs: Sequence[JobRun], texts: Texts, *, zone: ZoneInfo, now: datetime, starting: JobName | None, busy: bool
) -> str:
    """The last runs, what runs first, as Telegram HTML.

    :param starting: What this process has started and has not seen the end of.
    :param busy: Whether any process runs a job; a run that never ended is otherwise a broken one.
    """
    running = [run for run in runs if run.state is RunState.RUNNING and busy]
    lines = [texts.say("jobs_head")]
    lines += [_running(run, texts, now) for run in running]
    if starting is not None and not running:
        lines.append(texts.say("jobs_starting", job=texts.say(f"job_{starting.value}")))
    if not lines[1:]:
        lines.append(texts.say("jobs_idle"))
    ended = [run for run in runs if run not in running]
    if ended:
        lines += ["", texts.say("jobs_last"), *(_ended(run, texts, zone) for run in ended)]
    return "\n".join(lines)


def _running(run: JobRun, texts: Texts, now: datetime) -> str:
    line = texts.say("jobs_running", job=_name(run, texts), length=_duration(now - run.started_at, texts))
    return line + _counts(run, texts)


def _ended(run: JobRun, texts: Texts, zone: ZoneInfo) -> str:
    state = RunState.BROKEN_OFF if run.state is RunState.RUNNING else run.state
    when = f"{run.started_at.astimezone(zone):%m-%d %H:%M}"
    line = texts.say(f"jobs_{state.value}", job=_name(run, texts), when=when)
    if run.duration is not None:
        line += texts.say("jobs_took", duration=_duration(run.duration, texts))
    line += _counts(run, texts)
    if run.error:
        line += "\n" + texts.say("jobs_error", error=_short(run.error))
    return line


def _short(error: str) -> str:
    flat = " ".join(error.split())
    return flat if len(flat) <= _LONGEST_ERROR else flat[:_LONGEST_ERROR] + "…"


def _counts(run: JobRun, texts: Texts) -> str:
    counts = dict(run.counts)
    done, total = counts.get("done"), counts.get("total")
    parts = []
    if total:
        counts = {name: count for name, count in counts.items() if name not in {"done", "total"}}
        parts.append(f"{done or 0} / {total}")
    parts += [f"{texts.by_name.get(f'count_{name}', name)} {value}" for name, value in counts.items() if value]
    return texts.say("jobs_counts", counts=texts.plain("comma").join(parts)) if parts else ""


def _name(run: JobRun, texts: Texts) -> str:
    return texts.by_name.get(f"job_{run.name}", run.name)


def _duration(length: timedelta, texts: Texts) -> str:
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return texts.say("seconds", n=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return texts.say("minutes", n=minutes, seconds=seconds % 60)
    return texts.say("hours", n=minutes // 60, minutes=minutes % 60)


def _keyboard(context: Context, texts: Texts) -> InlineKeyboardMarkup:
    rows = [[InlineKeyboardButton(texts.plain("jobs_refresh"), callback_data=REFRESH)]]
    if context.state.jobs is not None:
        rows += [
            [
                InlineKeyboardButton("▶ " + texts.plain(f"job_{name.value}"), callback_data=f"{PRESSED}:{name.value}")
                for name in row
            ]
            for row in BUTTONS
        ]
    return InlineKeyboardMarkup(rows)
