import logging
import sys

from persrv.cli.logs import RedactingFormatter, redact

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
