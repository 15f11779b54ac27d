"""What `persrv doctor` finds of the bot at Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator

from persrv.cli.findings import Finding, Grade
from persrv.config import Settings
from persrv.errors import PerSRVError


async def bot_findings(settings: Settings) -> AsyncIterator[Finding]:
    """What Telegram says of the token, inline mode, the webhook and the storage chat."""
    if settings.bot_token is None:
        yield Finding(
            Grade.ADVICE,
            "PERSRV_BOT_TOKEN is not set: only the sandbox can run",
            "@BotFather, /newbot, then put the token into .env.",
        )
        return
    from bot.checks import look_at_bot

    try:
        view = await look_at_bot(settings)
    except PerSRVError as error:
        yield Finding(Grade.PROBLEM, str(error))
        return
    yield Finding(Grade.GOOD, f"The token is that of @{view.username}")
    if view.inline:
        yield Finding(Grade.GOOD, "Inline mode is on")
    else:
        yield Finding(
            Grade.PROBLEM,
            "Inline mode is off: nobody can type @bot in a chat",
            "@BotFather, /setinline, choose the bot.",
        )
    if view.webhook_elsewhere:
        yield Finding(
            Grade.ADVICE,
            f"Telegram posts updates to {view.webhook_elsewhere}",
            "`persrv run` replaces that; stop the other program that uses this token.",
        )
    if view.webhook_missing:
        yield Finding(
            Grade.ADVICE,
            "Telegram does not post updates to PERSRV_WEBHOOK_URL",
            "`persrv run` asks it to; where the bot runs already, its log says what is wrong.",
        )
    if view.webhook_error:
        yield Finding(Grade.PROBLEM, f"Telegram cannot post to the webhook: {view.webhook_error}")
    if not settings.admin_ids:
        yield Finding(
            Grade.ADVICE,
            "PERSRV_ADMIN_IDS is empty: nobody can use /addset",
            "@userinfobot tells you your id.",
        )
    if settings.storage_chat_id is None:
        return
    if view.storage_chat_problem:
        yield Finding(Grade.PROBLEM, view.storage_chat_problem)
    else:
        yield Finding(Grade.GOOD, "The storage chat can be used")
