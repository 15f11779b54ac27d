"""Telegram's limits on what a bot sends, with a free pass for inline answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from bot.refusals import asked_pause

_log = logging.getLogger(__name__)

JSONDict = dict[str, Any]

IMMEDIATE = frozenset({"answerInlineQuery", "answerCallbackQuery", "getUpdates", "getMe"})
"""Methods that no limit of ours may delay: a late answer is worth nothing, and there is no limit on them."""


NOT_REPEATED = -1
"""As `rate_limit_args`: in its turn like any other, but a 429 is the caller's affair and holds up nobody else."""


_SLACK_SECONDS: Final = 0.1
"""Beyond what Telegram asks us to wait."""


class InlineFirstRateLimiter(AIORateLimiter):
    """Keeps to 30 messages a second overall and 20 a minute in a group. A 429 is slept off, by who got it alone.

    `AIORateLimiter` stops every request meanwhile, inline answers too. But since the bot keeps to the limit of all
    chats, it is one chat's that was passed: whoever writes without pause would silence the bot for everybody.
    """

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | JSONDict | list[JSONDict]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> bool | JSONDict | list[JSONDict]:
        """Let a request through at once or in its turn."""
        if endpoint in IMMEDIATE:
            return await callback(*args, **kwargs)
        if rate_limit_args == NOT_REPEATED:
            return await self._run_request(
                chat=True, group=False, allow_paid_broadcast=False, callback=callback, args=args, kwargs=kwargs
            )
        chat = data.get("chat_id")
        group = chat if isinstance(chat, str) or (isinstance(chat, int) and chat < 0) else False
        for left in range(rate_limit_args or self._max_retries, -1, -1):
            try:
                return await self._run_request(
                    chat=chat is not None,
                    group=group,
                    allow_paid_broadcast=False,
                    callback=callback,
                    args=args,
                    kwargs=kwargs,
                )
            except RetryAfter as error:
                if not left:
                    raise
                pause = asked_pause(error) + _SLACK_SECONDS
                _log.info("Telegram takes no more of a chat just now; %s is tried again in %.0f s", endpoint, pause)
                await asyncio.sleep(pause)
        raise AssertionError  # the last try ends in either
