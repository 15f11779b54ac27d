"""The application as `persrv run` has it, with a Telegram that answers without a network."""

from __future__ import annotations

import asyncio
import contextlib
import json

from pydantic import SecretStr
from telegram import Update
from telegram.request import BaseRequest

from bot.app import build_application
from bot.durable import DurableUpdateQueue
from persrv.bootstrap import open_services, utc_now
from persrv.config import Settings
from persrv.domain.history import Choice
from persrv.domain.runs import JobName
from persrv.domain.stickers import FetchedPack, FetchedSticker, PackKind, StickerFormat

BOT, ADMIN, VICTIM = 4242, 1001, 1002


class OfflineTelegram(BaseRequest):
    """Answers the bot as the Bot API does; `refuses` names methods that are refused, and how."""

    def __init__(self):
        self.calls = []
        self.refuses = {}

    read_timeout = 5.0

    async def initialize(self):
        pass

    async def shutdown(self):
        pass

    async def do_request(self, url, method, request_data=None, **timeouts):
        name = url.rpartition("/")[2]
        values = request_data.json_parameters if request_data else {}
        self.calls.append((name, values))
        if name in self.refuses:
            code, text = self.refuses[name]
            return code, json.dumps({"ok": False, "error_code": code, "description": text}).encode()
        message = {"message_id": 9, "date": 0, "chat": {"id": 1, "type": "private"}, "text": "x"}
        me = {"id": BOT, "is_bot": True, "first_name": "b", "username": "persrv_bot", "supports_inline_queries": True}
        result = me if name == "getMe" else message if name.startswith(("send", "edit")) else True
        return 200, json.dumps({"ok": True, "result": result}).encode()


class NoJobs:
    """A `JobStarter` that only remembers."""

    running = None

    def __init__(self):
        self.started = []

    async def start(self, name: JobName) -> bool:
        self.started.append(name)
        return True


class Bot:
    """The application with its queue, as `persrv run` has it, without a network."""

    def __init__(self, folder):
        self.loop = asyncio.new_event_loop()
        self.stack = contextlib.AsyncExitStack()
        self.telegram, self.jobs, self.errors = OfflineTelegram(), NoJobs(), []
        self.loop.run_until_complete(self._open(folder))

    async def _open(self, folder):
        chosen = Settings(
            bot_token=SecretStr(f"{BOT}:only-for-tests-and-for-nothing-else"), admin_ids=(ADMIN,), data_dir=folder
        )
        self.services = await self.stack.enter_async_context(open_services(chosen))
        self.application = build_application(self.services, self.jobs)
        self.application.bot._request = (self.telegram, self.telegram)
        self.application.add_error_handler(self._error)
        await self.application.initialize()
        stickers = tuple(FetchedSticker(f"u{n}", f"f{n}", StickerFormat.STATIC, "😀", 9, 9) for n in range(3))
        await self.services.catalogue.save_pack(FetchedPack("Cats", "Cats", PackKind.REGULAR, stickers), at=utc_now())
        await self.services.indexer.drain()
        await self.services.history.record_choice(
            Choice("4242:1", VICTIM, 1, "victim", "0" * 16, 0, utc_now(), "en"),
        )

    async def _error(self, update, context):
        self.errors.append(context.error)

    def close(self):
        async def end():
            await self.application.shutdown()
            await self.stack.aclose()

        self.loop.run_until_complete(end())
        self.loop.close()

    def hears(self, raw):
        """An update as it comes off the wire, through queue and handlers; False where the library cannot read it."""
        raw = json.loads(json.dumps(raw))
        try:
            update = Update.de_json(raw, self.application.bot)
        except Exception:  # python-telegram-bot answers 400 to a webhook with such a body
            return False

        async def handle():
            queue = self.application.update_queue
            assert isinstance(queue, DurableUpdateQueue)
            await queue.put(update)
            if not queue.empty():  # what Telegram cannot have sent is dropped there
                await self.application.process_update(queue.get_nowait())

        self.errors.clear()
        self.loop.run_until_complete(handle())
        assert not self.errors, self.errors
        return True

    def rows(self, statement):
        import sqlite3

        with contextlib.closing(sqlite3.connect(self.services.settings.data_dir / "persrv.sqlite3")) as database:
            return database.execute(statement).fetchall()
