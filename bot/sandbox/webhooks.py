"""Posting updates to the bot's webhook, each until it is taken."""

from __future__ import annotations

import asyncio
import json

import httpx

from bot.sandbox.profile import Webhook
from bot.sandbox.updates import Update
from bot.sandbox.waits import OpenWaits
from bot.sandbox.world import World

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds between attempts: doubled each time."""

_TIMEOUT = 10.0


async def deliver_updates(world: World) -> None:
    """Post updates in order, one at a time, while a webhook is set; runs until it is cancelled."""
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()
    stop_watching = world.updates.watch(lambda: OpenWaits.call(loop, woken.set))
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            pause = _FIRST_PAUSE
            while True:
                hook, update = world.webhook, world.updates.head()
                if not hook.url or update is None:
                    await woken.wait()
                    woken.clear()
                elif await _taken(client, hook, update):
                    world.updates.confirm(update)
                    pause = _FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
    finally:
        stop_watching()


async def _taken(client: httpx.AsyncClient, hook: Webhook, update: Update) -> bool:
    headers = {"Content-Type": "application/json"}
    if hook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    try:
        response = await client.post(hook.url, content=json.dumps(update.json()), headers=headers)
    except httpx.HTTPError as error:
        hook.fail(f"{type(error).__name__}: the webhook cannot be reached")
        return False
    if not response.is_success:
        hook.fail(f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}")
        return False
    return True
