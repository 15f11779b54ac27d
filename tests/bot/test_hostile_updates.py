"""Random, missing and hostile values through the real handlers: no error, and nothing wrong is written."""

from __future__ import annotations

import asyncio
import contextlib
import json
import string

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
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
NAMES = set(string.ascii_letters + string.digits + "_")
EXAMPLES = settings(max_examples=150, suppress_health_check=list(HealthCheck))


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


@pytest.fixture(scope="module")
def bot(tmp_path_factory):
    bot = Bot(tmp_path_factory.mktemp("data"))
    yield bot
    bot.close()


@pytest.fixture(autouse=True)
def _nothing_wrong_was_written(bot):
    yield
    choices = bot.rows("SELECT user_id, sticker_id, position FROM interactions WHERE user_id != 1002")
    assert all(user != 0 and sticker in {1, 2, 3} and position >= 0 for user, sticker, position in choices)
    assert bot.rows("SELECT count(*) FROM interactions WHERE user_id = 1002 AND key = '4242:1'") == [(1,)]
    assert all(set(name) <= NAMES for (name,) in bot.rows("SELECT name FROM packs"))
    assert bot.rows("SELECT count(*) FROM stickers") == [(3,)]
    assert bot.rows("PRAGMA foreign_key_check") == []


NUMBERS = st.sampled_from([0, 1, -1, 7, 2**31, 2**52, 2**63 - 1, 2**63, -(2**63) - 1, 10**30]) | st.integers(
    2000, 2**40
)
TEXTS = st.text(max_size=300) | st.sampled_from(
    [
        *(
            "",
            "/",
            "/start \x00",
            "/addset",
            "/start@persrv_bot " + "x" * 4000,
            "\ud800",
            "\u202e",
            "'; DROP TABLE stickers; --",
        ),
        *(
            "<b>",
            "&lt;",
            "{bot}",
            "%s",
            "tg://addstickers?set=" + "a" * 64,
            "https://t.me/addstickers/Cats?x",
            "../../etc/passwd",
        ),
        *('"* ~^[]{}() AND OR field:value', "🏳️‍🌈" * 60, "a" * 4096, "想哭" * 2000, "0" * 16 + ".50"),
    ]
)
JUNK = st.none() | st.booleans() | NUMBERS | st.floats() | st.just([]) | st.just({}) | st.just([{"id": 1}])
"""Values of a type that Telegram never sends there."""
COMMANDS = [
    *("/start", "/help", "/packs", "/addset", "/mystyle", "/why", "/nsfw", "/mine", "/jobs", "/evaluate", "/privacy"),
    "/forgetme",
]


def without_some(**values):
    """A dict of these, in which some are missing and some are junk."""
    return st.fixed_dictionaries(
        {},
        optional={
            name: value | st.deferred(lambda: JUNK) if value is not None else JUNK for name, value in values.items()
        },
    )


def mostly(strategy, **values):
    """A whole one, or (a third of them) a damaged one."""
    return strategy | strategy | without_some(**values)


def whole(**values):
    return st.fixed_dictionaries(values)


_user = {"id": NUMBERS, "is_bot": st.booleans(), "first_name": TEXTS, "language_code": TEXTS | st.just("zh-hans")}
USERS = mostly(whole(**_user), **_user)
_chat = {"id": NUMBERS, "type": st.sampled_from(["private", "private", "group", "supergroup", "channel", "x"])}
CHATS = mostly(whole(**_chat), **_chat)
_sticker = {
    **{"file_id": TEXTS, "file_unique_id": TEXTS | st.just("u1"), "type": TEXTS, "width": NUMBERS, "height": NUMBERS},
    **{"is_animated": st.booleans(), "is_video": st.booleans(), "set_name": TEXTS | st.just("Cats")},
}
STICKERS = mostly(whole(**_sticker), **_sticker)
_entity = {
    "type": st.sampled_from(["bot_command", "url", "x"]),
    "offset": st.integers(0, 3),
    "length": st.integers(0, 12),
}
ENTITIES = st.lists(mostly(whole(**_entity), **_entity), max_size=2)
_message = {"message_id": NUMBERS, "date": NUMBERS, "chat": CHATS, "from": USERS}
_bodies = {"text": TEXTS, "entities": ENTITIES, "sticker": STICKERS, "caption": TEXTS, "via_bot": USERS}
MESSAGES = st.fixed_dictionaries(
    _message, optional={**_bodies, "reply_to_message": st.fixed_dictionaries(_message, optional=_bodies)}
)


@st.composite
def commands(draw):
    """A command of ours from somebody, whole, with any arguments."""
    name = draw(st.sampled_from(COMMANDS))
    person = draw(st.sampled_from([7, ADMIN]))
    return {
        "message_id": 5,
        "date": 1,
        "chat": {"id": person, "type": "private"},
        "from": {"id": person, "is_bot": False, "first_name": "x", "language_code": draw(TEXTS)},
        "text": f"{name} {draw(TEXTS)}"[:4096],
        "entities": [{"type": "bot_command", "offset": 0, "length": len(name)}],
    } | draw(
        st.sampled_from([{}, {"reply_to_message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}}])
    )


_query = {"id": TEXTS, "from": USERS, "query": TEXTS, "offset": TEXTS}
QUERIES = mostly(whole(**_query), **_query)
RESULT_IDS = TEXTS | st.builds(
    "{}.{}.{}".format,
    st.text("0123456789abcdef", min_size=14, max_size=17),
    st.integers(-1, 10**10),
    st.sampled_from([0, 1, 2, 3, 4, 10**17, 10**18 - 1, 10**19, "١", "1\n"]),
)
_chosen = {"result_id": RESULT_IDS, "from": USERS, "query": TEXTS}
CHOSEN = mostly(whole(**_chosen), **_chosen)
DATA = TEXTS | st.sampled_from(
    [
        *(
            "forget:yes",
            "forget:no",
            "forget:1002",
            "forget:yes\n",
            "forget:yes:1002",
            "job:nightly",
            "job:refresh",
            "job:",
        ),
        *("nsfw:on", "nsfw:off", "nsfw:", "nsfw:on:1002", "nsfw:on\n"),
        *("mine:only", "mine:off", "mine:", "mine:only:1002", "mine:only\n"),
        *("job:../../x", "job:NIGHTLY", "evaluate:stop", "evaluate:", "evaluate:/etc/passwd"),
    ]
)
_press = {
    "id": TEXTS,
    "from": USERS,
    "chat_instance": TEXTS,
    "data": DATA,
    "message": MESSAGES,
    "inline_message_id": TEXTS,
}
PRESSES = mostly(whole(**{k: v for k, v in _press.items() if k != "inline_message_id"}), **_press)


@EXAMPLES
@given(NUMBERS, QUERIES)
def test_no_inline_query_breaks_a_handler(bot, number, query):
    bot.hears({"update_id": number, "inline_query": query})


@EXAMPLES
@given(NUMBERS, CHOSEN)
def test_no_chosen_result_breaks_the_queue_or_is_written_for_a_sticker_that_is_not_there(bot, number, chosen):
    bot.hears({"update_id": number, "chosen_inline_result": chosen})


@EXAMPLES
@given(NUMBERS, MESSAGES)
def test_no_message_breaks_a_handler(bot, number, message):
    bot.hears({"update_id": number, "message": message})


@EXAMPLES
@given(commands())
def test_no_argument_of_a_command_breaks_it(bot, message):
    bot.hears({"update_id": 8, "message": message})


@EXAMPLES
@given(NUMBERS, PRESSES)
def test_no_forged_press_breaks_a_handler_starts_a_job_or_erases_another_person(bot, number, press):
    bot.hears({"update_id": number, "callback_query": press})
    assert not bot.jobs.started


@EXAMPLES
@given(
    st.fixed_dictionaries(
        {"update_id": NUMBERS}, optional={"edited_message": MESSAGES, "inline_query": JUNK, "poll": JUNK}
    )
)
def test_no_update_of_another_kind_breaks_a_handler(bot, update):
    bot.hears(update)


def press(data, person, **changes):
    user = {"id": person, "is_bot": False, "first_name": "x"}
    message = {"message_id": 5, "date": 1, "chat": {"id": person, "type": "private"}, "text": "x"}
    return {"id": "1", "from": user, "chat_instance": "1", "data": data, "message": message, **changes}


def test_the_same_press_by_an_admin_does_start_a_job(bot):
    bot.hears({"update_id": 1, "callback_query": press("job:utility", ADMIN)})
    assert bot.jobs.started == [JobName.UTILITY]
    bot.jobs.started.clear()


@pytest.mark.parametrize("message", [{"message_id": 5, "date": 0, "chat": {"id": 8, "type": "private"}}, None])
def test_a_person_is_erased_and_told_so_even_where_the_press_is_too_old_and_its_message_gone(bot, message):
    bot.hears(
        {
            "update_id": 3,
            "chosen_inline_result": {"result_id": "0" * 16 + ".0.1", "from": press("", 8)["from"], "query": "q"},
        }
    )
    assert bot.rows("SELECT count(*) FROM interactions WHERE user_id = 8") == [(1,)]
    bot.telegram.refuses = {
        "answerCallbackQuery": (400, "Bad Request: query is too old and response timeout expired"),
        "editMessageText": (400, "Bad Request: message to edit not found"),
    }
    bot.telegram.calls.clear()
    try:
        raw = press("forget:yes", 8, message=message)
        bot.hears({"update_id": 2, "callback_query": {name: value for name, value in raw.items() if value is not None}})
    finally:
        bot.telegram.refuses = {}
    assert bot.rows("SELECT count(*) FROM interactions WHERE user_id = 8") == [(0,)]
    assert [values["chat_id"] for name, values in bot.telegram.calls if name == "sendMessage"] == ["8"], (
        bot.telegram.calls
    )


def says_hello(bot):
    message = press("", 8)["message"] | {"from": press("", 8)["from"], "text": "hello"}
    update = Update.de_json({"update_id": 4, "message": message}, bot.application.bot)
    bot.telegram.calls.clear()
    bot.loop.run_until_complete(bot.application.process_update(update))
    return [values["chat_id"] for name, values in bot.telegram.calls if name == "sendMessage"]


@pytest.mark.parametrize(
    "refusal", [(403, "Forbidden: bot was blocked by the user"), (502, "Bad Gateway"), (500, "Internal Server Error")]
)
def test_what_is_telegrams_or_the_persons_own_is_no_error_that_admins_hear_of(bot, caplog, refusal):
    bot.telegram.refuses = {"sendMessage": refusal}
    try:
        assert says_hello(bot) == ["8"]
    finally:
        bot.telegram.refuses = {}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert "an answer did not reach its person" in caplog.text


def test_a_refusal_of_what_we_asked_is_an_error_that_admins_hear_of(bot, caplog):
    bot.telegram.refuses = {"sendMessage": (400, "Bad Request: can't parse entities")}
    try:
        assert str(ADMIN) in says_hello(bot)
    finally:
        bot.telegram.refuses = {}
    assert "Traceback" in caplog.text
