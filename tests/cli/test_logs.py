import json
import logging
import sys
from datetime import datetime

from persrv.cli.logs import JsonFormatter, RedactingFormatter, redact

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"


def test_a_token_never_reaches_the_log_not_even_in_a_trace():
    try:
        raise ValueError(f"https://api.example/bot{TOKEN}/getMe")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "asked %s", (f"bot{TOKEN}",), sys.exc_info())
    text = RedactingFormatter("%(message)s").format(record)
    assert "AAabc" not in text
    assert text.count("[token]") == 2


def test_ordinary_text_stays():
    assert redact("2026-01-02 03:04:05 answered 12:30") == "2026-01-02 03:04:05 answered 12:30"


def logged(formatter, message, *arguments, error=None):
    record = logging.LogRecord("bot.x", logging.WARNING, __file__, 1, message, arguments, error)
    return formatter.format(record)


def test_json_is_one_object_a_line_with_the_request_and_without_tokens():
    from persrv.requests import request_id

    token = request_id.set("u42")
    try:
        line = logged(JsonFormatter(), "asked %s\nand more", f"bot{TOKEN}")
    finally:
        request_id.reset(token)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["level"], found["logger"], found["request"]) == ("warning", "bot.x", "u42")
    assert found["message"] == "asked bot[token]\nand more"
    assert datetime.fromisoformat(found["at"]).tzinfo is not None
    assert "request" not in json.loads(logged(JsonFormatter(), "outside of a request"))


def test_json_holds_the_trace_of_an_exception():
    try:
        raise ValueError(f"https://api.example/bot{TOKEN}/getMe")
    except ValueError:
        found = json.loads(logged(JsonFormatter(), "it broke", error=sys.exc_info()))
    assert "ValueError" in found["error"]
    assert "AAabc" not in found["error"]


def test_the_readable_line_names_its_request():
    from persrv.requests import request_id

    token = request_id.set("u7")
    try:
        assert logged(RedactingFormatter("%(message)s"), "done") == "done [u7]"
    finally:
        request_id.reset(token)
