"""What Telegram says of our bot, for `persrv doctor`."""

from __future__ import annotations

from dataclasses import dataclass

from telegram.error import TelegramError

from bot.connecting import connect
from persrv.config import Settings
from persrv.errors import TelegramUnavailable


@dataclass(frozen=True, slots=True)
class BotView:
    """The bot, seen from Telegram.

    :param webhook_elsewhere: Where updates are posted to, if not to our own webhook; "" if nowhere.
    :param webhook_missing: Whether the settings want a webhook, and Telegram posts updates nowhere.
    :param webhook_error: What went wrong when Telegram last posted to the webhook, or "".
    :param storage_chat_problem: Why the storage chat cannot be used, or "".
    """

    username: str
    inline: bool
    webhook_elsewhere: str
    webhook_missing: bool
    webhook_error: str
    storage_chat_problem: str


async def look_at_bot(settings: Settings) -> BotView:
    """Ask Telegram about the bot (Bot API `getMe`, `getWebhookInfo`, `getChat`); changes nothing.

    :raises TokenRejected: Telegram does not know the token.
    :raises TelegramUnavailable: Telegram cannot be reached.
    """
    async with connect(settings) as source:
        try:
            me = await source.bot.get_me()
            webhook = await source.bot.get_webhook_info()
        except TelegramError as error:
            raise TelegramUnavailable(f"{settings.telegram_api_url} answered with an error: {error}") from error
        chat_problem = ""
        if settings.storage_chat_id is not None:
            try:
                await source.bot.get_chat(settings.storage_chat_id)
            except TelegramError as error:
                chat_problem = (
                    f"The chat {settings.storage_chat_id} in PERSRV_STORAGE_CHAT_ID cannot be used ({error}): add the "
                    "bot to it, as an admin if it is a channel."
                )
    ours = bool(settings.webhook_url) and webhook.url.startswith(settings.webhook_url or "")
    return BotView(
        username=me.username or "",
        inline=bool(me.supports_inline_queries),
        webhook_elsewhere="" if ours else webhook.url,
        webhook_missing=bool(settings.webhook_url) and not webhook.url,
        webhook_error=(webhook.last_error_message or "") if ours else "",
        storage_chat_problem=chat_problem,
    )
