import json
import logging
import sys
import threading

import pytest
from telegram.error import BadRequest

from persrv.cli.logs import JsonFormatter, RedactingFormatter, set_up_logging
from persrv.errors import PerSRVError
from persrv.redaction import redact
from persrv.requests import request_id

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"
FORMATTERS = [RedactingFormatter("%(message)s"), JsonFormatter()]


def a_record(message: str = "said", *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None
    if error is not None:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    return logging.LogRecord("bot.x", logging.ERROR, __file__, 1, message, arguments, info)


@pytest.fixture
def in_request():
    token = request_id.set("u17")
    yield
    request_id.reset(token)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_token_never_reaches_the_log_not_even_in_a_trace(formatter):
    error = PerSRVError(f"https://api.example/bot{TOKEN}/getMe")
    text = formatter.format(a_record("asked %s", f"bot{TOKEN}", error=error))
    assert "AAabc" not in text
    assert text.count("[token]") == 2


def test_a_token_in_an_escaped_address_is_blotted_out_too():
    assert redact(f"/login?from=bot{TOKEN.replace(':', '%3A')}%2FgetMe") == "/login?from=bot[token]%2FgetMe"


def test_ordinary_text_stays():
    assert redact("2026-01-02 03:04:05 answered 12:30") == "2026-01-02 03:04:05 answered 12:30"


@pytest.mark.parametrize("make", [RedactingFormatter, JsonFormatter])
def test_every_secret_that_it_was_told_of_is_left_out(make):
    formatter = make(secrets=("hook-secret", "p4ssw0rd", "a"))
    text = formatter.format(a_record("a posted hook-secret", error=PerSRVError("postgresql://x:p4ssw0rd@host")))
    assert "hook-secret" not in text
    assert "p4ssw0rd" not in text
    assert "a posted [secret]" in text  # a secret of one letter would blot out everything


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_an_unexpected_error_is_shown_without_what_it_quotes(formatter):
    with pytest.raises(ValueError, match="am lonely") as caught:
        int(" ".join(["I", "am", "lonely"]))  # the trace shows lines of source, so it is not written whole
    text = formatter.format(a_record(error=caught.value))
    assert "am lonely" not in text
    assert "ValueError" in text
    assert "test_logs.py" in text


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("error", [PerSRVError("the disk is full"), BadRequest("Chat not found"), OSError("gone")])
def test_errors_that_never_quote_anybody_keep_their_sentence(formatter, error):
    assert str(error) in formatter.format(a_record(error=error))


def test_causes_and_groups_are_told_in_order_and_a_ring_of_them_ends():
    first, second = KeyError("private"), PerSRVError("second")
    second.__cause__, first.__context__ = first, second
    group = ExceptionGroup("private", [second])
    text = FORMATTERS[0].format(a_record(error=group))
    assert "private" not in text
    assert text.index("KeyError:") < text.index("second") < text.index("ExceptionGroup:")


def test_as_json_a_record_is_one_line_with_its_request(in_request):
    text = JsonFormatter().format(a_record("two\nlines of %s", "笑", error=PerSRVError("no")))
    assert "\n" not in text
    told = json.loads(text)
    assert {name: told[name] for name in ("level", "logger", "message", "request")} == {
        "level": "error",
        "logger": "bot.x",
        "message": "two\nlines of 笑",
        "request": "u17",
    }
    assert told["at"].endswith("+00:00")
    assert "PerSRVError: no" in told["error"]


def test_a_record_of_no_request_names_none():
    assert "request" not in json.loads(JsonFormatter().format(a_record()))
    assert RedactingFormatter("%(message)s").format(a_record()) == "said"


def test_for_people_the_request_stands_at_the_end_of_the_line(in_request):
    lines = RedactingFormatter("%(message)s").format(a_record(error=PerSRVError("no"))).splitlines()
    assert lines[0] == "said [u17]"
    assert lines[-1].endswith("PerSRVError: no")


def test_the_setting_chooses_the_form(capsys, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers[:])
    level = root.level
    try:
        set_up_logging(form="json", secrets=["hook-secret"])
        logging.getLogger("bot.x").warning("posted hook-secret in %s", threading.current_thread().name)
    finally:
        root.setLevel(level)
    assert json.loads(capsys.readouterr().err)["message"] == "posted [secret] in MainThread"


def test_what_comes_from_outside_can_neither_look_like_another_line_nor_command_a_terminal():
    name = "cat\n2026-01-02 03:04:05 ERROR   bot: all is lost\x1b[2J\x9b2J\r.png"
    text = RedactingFormatter("%(levelname)s %(message)s").format(a_record("%s cannot be used", name))
    first, second = text.split("\n")
    assert first == "ERROR cat"
    assert second == "  2026-01-02 03:04:05 ERROR   bot: all is lost\\x1b[2J\\x9b2J\\x0d.png cannot be used"


def test_a_trace_keeps_its_lines():
    text = RedactingFormatter("%(message)s").format(a_record("said", error=PerSRVError("why")))
    assert text.splitlines()[1] == "Traceback (most recent call last):"
