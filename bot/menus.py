"""What Telegram shows of the bot: its commands and descriptions, in every language."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import telegram
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.texts import Texts, languages, texts_for

_log = logging.getLogger(__name__)

COMMANDS = ("start", "help", "packs", "mystyle", "why", "report", "mine", "nsfw", "privacy", "mydata", "forgetme")
"""Shown in Telegram's menu, in this order."""
ADMIN_COMMANDS = ("addset", "stats", "jobs", "evaluate", "broadcast", "ban", "unban")
"""Shown after them to admins alone."""


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
