"""Updates are posted to the bot's webhook until it takes them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import telegram
from telegram.error import BadRequest, Conflict

from bot.sandbox.world import World

MEI = 1001


class Receiver:
    """A bot's webhook that refuses as often as it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str | None, dict[str, object]]] = []
        self.refusals = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                refused = outer.refusals > 0
                outer.refusals -= refused
                if not refused:
                    outer.taken.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], body))
                self.send_response(500 if refused else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


async def until(condition) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not happen within five seconds")


async def test_updates_are_posted_with_the_secret_and_in_order(bot: telegram.Bot, world: World, receiver):
    world.send_text(MEI, MEI, "before")
    await bot.set_webhook(receiver.url, secret_token="s3cret_-")
    world.send_text(MEI, MEI, "after")
    await until(lambda: len(receiver.taken) == 2)
    assert [secret for secret, _ in receiver.taken] == ["s3cret_-", "s3cret_-"]
    assert [body["message"]["text"] for _, body in receiver.taken] == ["before", "after"]
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_refused_update_is_posted_again(bot: telegram.Bot, world: World, receiver):
    receiver.refusals = 2
    await bot.set_webhook(receiver.url)
    world.send_text(MEI, MEI, "precious")
    await until(lambda: receiver.taken)
    assert [body["message"]["text"] for _, body in receiver.taken] == ["precious"]
    info = await bot.get_webhook_info()
    assert (info.url, info.last_error_message) == (
        receiver.url,
        "Wrong response from the webhook: 500 Internal Server Error",
    )


async def test_a_test_can_post_a_taken_update_again(bot: telegram.Bot, world: World, receiver):
    await bot.set_webhook(receiver.url)
    world.send_text(MEI, MEI, "x")
    await until(lambda: receiver.taken)
    world.redeliver(receiver.taken[0][1]["update_id"])
    await until(lambda: len(receiver.taken) == 2)
    assert receiver.taken[0] == receiver.taken[1]


async def test_polling_and_a_webhook_exclude_each_other(bot: telegram.Bot, world: World, receiver):
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await until(lambda: world.updates.polled_now)
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await poll
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_pending_updates_can_be_dropped(bot: telegram.Bot, world: World):
    world.send_text(MEI, MEI, "old")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "https://example.org/hook", "nonsense"])
async def test_only_addresses_of_this_machine_are_taken(bot: telegram.Bot, url: str):
    with pytest.raises(BadRequest, match=r"(?i)bad webhook"):
        await bot.set_webhook(url)


async def test_a_secret_has_few_letters(bot: telegram.Bot, receiver):
    with pytest.raises(BadRequest, match=r"(?i)secret token contains unallowed characters"):
        await bot.set_webhook(receiver.url, secret_token="not allowed!")
