"""Updates come in, by long polling and through a webhook, also where Telegram or an update is not as it should be."""

from __future__ import annotations

import socket
import threading

import httpx
import pytest
from pydantic import SecretStr

from persrv.errors import ConfigurationError
from tests.bot.live.conftest import RunningBot, free_port, until

UNREADABLE = {"from": {"id": 5, "first_name": "SomebodysName"}, "query": "what somebody typed"}
"""Without `is_bot`, which the library cannot do without."""
REFUSED = "Bad Request: bad webhook: Failed to resolve host: Name or service not known"


@pytest.fixture
def hook():
    """The settings of a bot behind a webhook."""
    port = free_port()
    return {
        "webhook_url": f"http://127.0.0.1:{port}",
        "webhook_listen": f"127.0.0.1:{port}",
        "webhook_secret": SecretStr("s-e-c"),
    }


@pytest.fixture
def begin(settings, explainer):
    """Let the bot begin, without waiting until it listens."""
    begun = []

    def start(**changes: object) -> RunningBot:
        bot = RunningBot(settings.model_copy(update=changes), explainer)
        starting = threading.Thread(target=bot.start, daemon=True)
        starting.start()
        begun.append((bot, starting))
        return bot

    yield start
    for bot, starting in begun:
        bot.stop()
        starting.join(10)


@pytest.mark.parametrize("through", ["polling", "webhook"])
def test_an_update_that_cannot_be_read_is_left_out_once_told_without_its_words_and_counted(
    start_bot, hook, health, ask, world, alex, caplog, through
):
    bot = start_bot(health_listen=health, **(hook if through == "webhook" else {}))
    number = world.updates.push("inline_query", UNREADABLE)
    world.updates.push("message", UNREADABLE)
    assert "/forgetme" in alex.asks("/help").text
    assert ask("/readyz") == (200, "ready\n")
    assert "persrv_errors_total 2.0" in ask("/metrics")[1]
    bot.stop()
    assert len(world.updates) == 0
    assert bot.error is None
    told = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert len(told) == 2
    assert told[0] == f"update {number} cannot be read and was left out: TypeError"
    for private in ("somebody typed", "SomebodysName"):
        assert private not in caplog.text


def test_a_post_that_is_no_json_is_refused_and_one_without_a_number_is_done_with(start_bot, hook, caplog):
    start_bot(**hook)
    headers = {"X-Telegram-Bot-Api-Secret-Token": "s-e-c"}
    posted = [
        httpx.post(f"{hook['webhook_url']}/telegram", content=content, headers=headers, trust_env=False).status_code
        for content in ('{"query": "what somebody typed', '{"message": "what somebody typed"}')
    ]
    assert posted == [400, 200]
    assert "somebody typed" not in caplog.text


def test_a_webhook_that_telegram_refuses_ends_the_bot_with_a_sentence(start_bot, hook, world):
    world.fail_next("setWebhook", 400, REFUSED, times=100)
    with pytest.raises(
        AssertionError, match=r"PERSRV_WEBHOOK_URL: Telegram refuses it: .*[Ff]ailed to resolve"
    ) as caught:
        start_bot(**hook)
    assert ConfigurationError.__name__ in str(caught.value)
    assert len(world.calls_of("setWebhook")) == 1


def test_a_webhooks_port_that_is_taken_is_named_with_its_setting_and_telegram_is_told_of_none(start_bot, hook, world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        hook["webhook_listen"] = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AssertionError, match=r"PERSRV_WEBHOOK_LISTEN: 127\.0\.0\.1:\d+ cannot be used"):
            start_bot(**hook)
    assert not world.calls_of("setWebhook")


@pytest.mark.parametrize(("through", "method"), [("polling", "deleteWebhook"), ("webhook", "setWebhook")])
def test_until_it_listens_it_is_not_ready_says_so_and_tries_again(
    begin, hook, health, ask, world, alex, caplog, through, method
):
    world.fail_next(method, 502, "Bad Gateway", times=2)
    begin(health_listen=health, **(hook if through == "webhook" else {}))
    until(lambda: world.calls_of(method))
    until(lambda: ask("/readyz") == (503, "updates: the bot is not listening for them yet\n"))
    until(lambda: ask("/readyz") == (200, "ready\n"))
    assert "/forgetme" in alex.asks("/help").text
    assert len(world.calls_of(method)) == 3
    assert caplog.text.count("cannot be reached (Bad Gateway); next try in") == 2
    assert "Network Retry Loop" not in caplog.text


def test_another_process_with_the_same_token_is_told_of_once_not_all_the_time(start_bot, world, alex, caplog):
    world.fail_next("getUpdates", 409, "Conflict: terminated by other getUpdates request", times=6)
    start_bot()
    assert "/forgetme" in alex.asks("/help").text
    assert len(world.calls_of("getUpdates")) > 6
    told = [record for record in caplog.records if "another process polls" in record.getMessage()]
    assert [record.levelname for record in told] == ["ERROR"]
