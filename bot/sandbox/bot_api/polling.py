"""getUpdates and the webhook's settings."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
from urllib.parse import urlsplit

from bot.sandbox.bot_api.params import Params
from bot.sandbox.profile import Webhook
from bot.sandbox.refusals import Refusal, bad_request
from bot.sandbox.telegram_json import Json
from bot.sandbox.updates import WEBHOOK_SET, Poll, Update
from bot.sandbox.waits import OpenWaits
from bot.sandbox.world import World

_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}\Z")


async def get_updates(world: World, params: Params, waits: OpenWaits) -> list[Json]:
    """Bot API `getUpdates`: waits up to `timeout` seconds (at most 50) for the first update.

    :raises Refusal: 409 when a webhook is set, or when another poll begins meanwhile.
    """
    if world.webhook.url:
        raise Refusal(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    _remember_allowed(world, params)
    offset = params.number("offset", 0, -(2**31), 2**53)
    limit = params.number("limit", 100, 1, 100)
    timeout = params.number("timeout", 0, 0, 50)
    woken = asyncio.Event()
    loop = asyncio.get_running_loop()
    poll = Poll(lambda: waits.call(loop, woken.set))
    with world.lock:
        world.updates.open_poll(poll)
        taken = world.updates.take(offset, limit)
    try:
        if not taken and timeout:
            taken = await _wait(world, poll, woken, waits, seconds=timeout, offset=offset, limit=limit)
    finally:
        world.updates.close_poll(poll)
    return [update.json() for update in taken]


async def _wait(
    world: World, poll: Poll, woken: asyncio.Event, waits: OpenWaits, *, seconds: int, offset: int, limit: int
) -> list[Update]:
    with waits.opened(woken):
        try:
            async with asyncio.timeout(seconds):
                while not waits.ended:
                    await woken.wait()
                    woken.clear()
                    if poll.ended_by:
                        raise Refusal(409, poll.ended_by)
                    if taken := world.updates.take(max(offset, 0), limit):
                        return taken
        except TimeoutError:
            pass
    return []


def set_webhook(world: World, params: Params) -> bool:
    """Bot API `setWebhook`; unlike Telegram's, it wants an address on this machine and takes http there.

    :raises Refusal: the address or the secret token is not allowed.
    """
    url = params.text("url").strip()
    if not url:
        return delete_webhook(world, params)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not _is_loopback(parts.hostname):
        raise bad_request("bad webhook: the sandbox only delivers to addresses of this machine")
    secret = params.text("secret_token")
    if not _SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    with world.lock:
        _remember_allowed(world, params)
        if params.flag("drop_pending_updates"):
            world.updates.drop_pending()
        world.updates.end_poll(WEBHOOK_SET)
        world.webhook = Webhook(url, secret, params.number("max_connections", 40, 1, 100))
        world.updates.wake()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """Bot API `deleteWebhook`."""
    with world.lock:
        if params.flag("drop_pending_updates"):
            world.updates.drop_pending()
        world.webhook = Webhook()
        world.updates.wake()
    return True


def get_webhook_info(world: World, params: Params) -> Json:
    """Bot API `getWebhookInfo`."""
    with world.lock:
        hook = world.webhook
        made: Json = {
            "url": hook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(world.updates),
        }
        if hook.url:
            made["max_connections"] = hook.max_connections
            made["ip_address"] = "127.0.0.1"
        if hook.failed_at:
            made |= {"last_error_date": hook.failed_at, "last_error_message": hook.failure}
        if world.updates.allowed is not None:
            made["allowed_updates"] = sorted(world.updates.allowed)
        return made


def _remember_allowed(world: World, params: Params) -> None:
    """`allowed_updates` where it is given; what was asked for before where it is omitted."""
    raw = params.text("allowed_updates")
    if not raw:
        return
    try:
        kinds = json.loads(raw)
    except ValueError:
        raise bad_request("can't parse allowed_updates JSON object") from None
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise bad_request("allowed_updates must be an Array of String")
    world.updates.allow(kinds)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
