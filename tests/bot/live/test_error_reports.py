"""Errors that nobody expected: the admins hear of each once, nobody reads what a person typed."""

from __future__ import annotations

import time

import pytest

PRIVATE = "what alex typed in private"


@pytest.fixture
def failing(bot, monkeypatch):
    """Everything that alex asks of the list of sets fails, and the error quotes him."""

    async def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError(PRIVATE)

    monkeypatch.setattr(bot.services.catalogue, "packs", fail)
    return bot


def reports(mei) -> list[str]:
    return [message.text for message in mei._client.messages(1001) if "RuntimeError" in message.text]


def test_the_admins_hear_of_an_error_once_however_often_it_happens(failing, alex, mei):
    mei.asks("/help")  # an admin has to have written first
    for _ in range(20):
        assert "went wrong" in alex.asks("/packs").text.lower()
    mei.waits_for("RuntimeError")
    mei.asks("/help")  # by now whatever else was sent is there
    assert len(reports(mei)) == 1
    assert "test_error_reports.py" in reports(mei)[0]


def test_the_report_does_not_quote_anybody_and_goes_to_admins_alone(failing, alex, mei):
    mei.asks("/help")
    alex.asks("/packs")
    mei.waits_for("RuntimeError")
    assert PRIVATE not in str([message.text for message in mei._client.messages(1001)])
    assert "RuntimeError" not in str([message.text for message in alex._client.messages(1002)])


def test_an_admin_who_cannot_be_reached_keeps_nobody_else_waiting(failing, alex, mei, world):
    mei.asks("/help")
    alex.asks("/help")
    world.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user", times=2)
    before = len(world.calls_of("sendMessage"))
    alex.writes("/packs")
    while len(world.calls_of("sendMessage")) < before + 2:  # to alex, then to the admin
        time.sleep(0.02)
    alex.asks("/help")
    assert reports(mei) == []
