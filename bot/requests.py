"""Gives every update its request id, so that the log's lines about it belong together."""

from __future__ import annotations

from telegram import Update
from telegram.ext import TypeHandler

from bot.context import Context
from persrv.requests import request_id

FIRST = -2
"""The handlers' group that comes before all others."""


async def note_request(update: Update, _context: Context) -> None:
    """Name the update in the log from here on; each is handled in a task of its own."""
    request_id.set(f"u{update.update_id}")


def request_handler() -> TypeHandler[Update, Context, None]:
    """For group `FIRST`; the other handlers still get the update."""
    return TypeHandler(Update, note_request)
