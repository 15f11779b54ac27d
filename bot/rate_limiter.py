"""Telegram's limits on what a bot sends, with a free pass for inline answers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.ext import AIORateLimiter

JSONDict = dict[str, Any]

IMMEDIATE = frozenset({"answerInlineQuery", "answerCallbackQuery", "getUpdates", "getMe"})
"""Methods that no limit of ours may delay: a late answer is worth nothing, and there is no limit on them."""


NOT_REPEATED = -1
"""As `rate_limit_args`: in its turn like any other, but a 429 is the caller's affair and holds up nobody else."""


class InlineFirstRateLimiter(AIORateLimiter):
    """Keeps to 30 messages a second overall, 1 a second in a chat and 20 a minute in a group.

    `AIORateLimiter` stops every request while it sleeps off a 429, inline answers too; these pass by it here.
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
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
