"""An error that nobody expected: the admins hear of it once, and the person a sentence."""

from __future__ import annotations

import time


def test_a_hundred_failing_queries_are_one_message_to_the_admin(bot, monkeypatch, mei, alex):
    mei.asks("/start")
    alex.asks("/start")

    async def broken(*_):
        raise RuntimeError("what the person typed")

    monkeypatch.setattr(type(bot.services.style_teller), "tell", broken)
    for _ in range(10):
        said = alex.writes("/mystyle")
        alex.waits_for("Something went wrong", after=said)
    told = mei.waits_for("RuntimeError")
    assert "test_error_reports.py" in told.text
    assert "what the person typed" not in told.text
    time.sleep(0.5)
    assert sum("RuntimeError" in message.text for message in mei.sees()) == 1
    assert not any("RuntimeError" in message.text for message in alex.sees())
