import pytest
from telegram import Bot, Update

from bot.reading import read_update

BOT = Bot("1:x")
PERSON = {"id": 5, "is_bot": False, "first_name": "Mei"}


def query(**changes):
    return {"id": "1", "from": PERSON, "query": "what somebody typed", "offset": ""} | changes


def test_an_update_that_can_be_read_is_read(caplog):
    update = read_update({"update_id": 3, "inline_query": query()}, BOT, lambda: pytest.fail("it can be read"))
    assert update.inline_query.query == "what somebody typed"
    assert not caplog.records


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("inline_query", query(**{"from": {"id": 5, "first_name": "Mei"}})),
        ("inline_query", "what somebody typed"),
        ("message", {"text": "what somebody typed"}),
        ("callback_query", [query()]),
    ],
)
def test_one_that_cannot_be_read_is_left_out_with_its_number_counted_and_told_without_its_words(caplog, kind, value):
    failures = []
    update = read_update({"update_id": 3, kind: value}, BOT, lambda: failures.append(1))
    assert update == Update(3)
    assert failures == [1]
    (record,) = caplog.records
    assert record.getMessage().startswith("update 3 cannot be read and was left out: ")
    assert "typed" not in caplog.text
    assert "Mei" not in caplog.text


@pytest.mark.parametrize("raw", [{}, {"update_id": "3"}, [], None, "what somebody typed"])
def test_one_without_a_number_is_none_at_all(caplog, raw):
    failures = []
    assert read_update(raw, BOT, lambda: failures.append(1)) is None
    assert failures == [1]
    assert "typed" not in caplog.text
