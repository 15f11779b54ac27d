"""Random, missing and hostile values through the real handlers: no error, and nothing wrong is written."""

from __future__ import annotations

import string

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from telegram import Update

from persrv.domain.moderation import Banned
from persrv.domain.runs import JobName
from tests.bot.hostile_updates import CHOSEN, JUNK, MESSAGES, NUMBERS, PRESSES, QUERIES, commands
from tests.bot.offline_bot import ADMIN, Bot

NAMES = set(string.ascii_letters + string.digits + "_")
EXAMPLES = settings(max_examples=150, suppress_health_check=list(HealthCheck))


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


@pytest.mark.parametrize(
    ("method", "kind", "update"),
    [
        ("answerCallbackQuery", "callback_query", press("why:1", 9)),
        ("answerInlineQuery", "inline_query", {"id": "1", "from": press("", 9)["from"], "query": "q", "offset": ""}),
    ],
)
def test_a_banned_person_whom_nothing_can_be_answered_any_more_is_no_error(bot, method, kind, update):
    bot.loop.run_until_complete(bot.services.moderation.ban(Banned.person(9), by=ADMIN))
    bot.telegram.refuses = {method: (400, "Bad Request: query is too old and response timeout expired")}
    bot.telegram.calls.clear()
    try:
        bot.hears({"update_id": 5, kind: update})
    finally:
        bot.telegram.refuses = {}
        bot.loop.run_until_complete(bot.services.moderation.unban(Banned.person(9)))
    assert [name for name, _ in bot.telegram.calls] == [method]


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
