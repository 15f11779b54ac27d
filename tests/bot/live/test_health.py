"""The pages on the local port, asked over HTTP while the whole bot runs."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import time
from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from telegram.ext import ExtBot

from bot import health as health_module
from bot.health import Health, serve_health
from bot.metrics import Metrics
from bot.sandbox.seen import SandboxRefused
from persrv.errors import ConfigurationError, SearchIndexError
from tests.bot.live.conftest import free_port


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def ask(port):
    """`ask("/readyz")`: the page as it is now."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=15) as client:
        yield client.get


@pytest.fixture
def watched(start_bot, port):
    return start_bot(health_listen=f"127.0.0.1:{port}")


@pytest.fixture
def measured(ask):
    """`measured("persrv_answers_total", outcome="hits")`: a sample of /metrics now."""

    def read(name: str, **labels: str) -> float | None:
        page = ask("/metrics").text
        samples = [one for family in text_string_to_metric_families(page) for one in family.samples]
        return next((one.value for one in samples if one.name == name and one.labels == labels), None)

    return read


def eventually(look, fits, seconds=10.0):
    until = time.monotonic() + seconds
    while not fits(found := look()):
        assert time.monotonic() < until, f"it stayed {found!r}"
        time.sleep(0.05)
    return found


@pytest.fixture
def told(watched, server):
    """Ask a `Health` of its own for problems, with Telegram having answered or not, updates being taken in or not."""

    def problems(*, answered: bool = True, listens: bool = True, **changes: object) -> tuple[str, ...]:
        async def look() -> tuple[str, ...]:
            bot = ExtBot(watched.settings.bot_token.get_secret_value(), base_url=f"{server.url}/bot")
            health = Health(replace(watched.services, **changes), bot, Metrics())
            if answered:
                health.telegram_answered()
            if listens:
                health.listens()
            return await health.problems()

        return watched.do(look())

    return problems


def test_a_bot_that_runs_lives_and_is_ready(watched, ask):
    assert (ask("/healthz").status_code, ask("/healthz").text) == (200, "ok\n")
    assert (ask("/readyz").status_code, ask("/readyz").text) == (200, "ready\n")


def test_nothing_else_is_served_and_nothing_is_taken_in(watched, ask, port):
    assert ask("/").status_code == 404
    assert ask("/metrics/../../etc/passwd").status_code == 404
    assert httpx.post(f"http://127.0.0.1:{port}/readyz", content="x", trust_env=False).status_code == 405


def test_without_the_setting_no_port_is_opened(bot, port):
    assert bot.settings.health_address is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)


def test_answers_choices_and_their_place_are_counted(watched, ask, measured, world, make_pack, mei, finds):
    assert measured("persrv_answers_total", outcome="hits") == 0  # a series that is there before its first rise
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉"]))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("3 张")
    answer = finds(mei, "cats", lambda found: len(found.stickers) == 3)
    hits = measured("persrv_answers_total", outcome="hits")
    none = measured("persrv_answers_total", outcome="no_hits")
    assert hits >= 1
    mei.types("zzzzzzzzzz")
    assert measured("persrv_answers_total", outcome="no_hits") == none + 1
    assert measured("persrv_answers_total", outcome="hits") == hits
    assert measured("persrv_answer_seconds_count") == hits + none + 1
    mei.chooses(answer, 0)
    mei.chooses(answer, 2)
    assert eventually(lambda: measured("persrv_choice_position_count"), lambda count: count == 2)
    assert measured("persrv_choice_position_sum") == 1 + 3
    assert measured("persrv_choice_position_bucket", le="1.0") == 1
    assert measured("persrv_ready") == 1


@pytest.mark.slow
def test_an_answer_that_telegram_refuses_is_counted_as_failed_and_not_as_hit(watched, measured, world, page, mei):
    world.fail_next("answerInlineQuery", 400, "Bad Request: something about it")
    with pytest.raises(SandboxRefused):
        mei.types("cats")
    assert eventually(lambda: measured("persrv_answers_total", outcome="failed"), lambda count: count == 1)
    assert measured("persrv_answer_seconds_count") == 0


def test_queues_and_job_times_are_told(watched, measured, settings):
    path = settings.data_dir / "persrv.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO jobs (name, state, started_at, finished_at, counts, error) VALUES "
            "('ocr', 'done', '2026-01-02 03:00:00', '2026-01-02 03:01:30', '{}', '')"
        )
        database.execute(
            "INSERT INTO packs (name, name_key, name_norm, title, title_key, kind, state, requested_at, problem) "
            "VALUES ('a', 'a', 'a', 'a', 'a', 'regular', 'pending', '2026-01-02 03:00:00', '')"
        )
        for night in range(3, 15):  # since its last success it has failed twelve times
            database.execute(
                "INSERT INTO jobs (name, state, started_at, finished_at, counts, error) VALUES "
                f"('ocr', 'failed', '2026-01-{night:02} 03:00:00', '2026-01-{night:02} 03:00:01', '{{}}', '')"
            )
    database.close()
    assert measured("persrv_job_last_duration_seconds", job="ocr") == 90
    assert measured("persrv_job_last_success_timestamp_seconds", job="ocr") == 1767322890  # 2026-01-02 03:01:30 UTC
    assert measured("persrv_queue_length", queue="packs") == 1
    assert measured("persrv_queue_length", queue="index") == 0
    assert measured("persrv_queue_length", queue="impressions") == 0


def test_no_page_tells_of_a_person_a_query_or_a_secret(watched, ask, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀"]))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("1 张")
    mei.chooses(finds(mei, "cats", lambda found: found.stickers), 0)
    pages = ask("/metrics").text + ask("/readyz").text + ask("/healthz").text
    for private in ("1001", "cats", "Cats", "only-for-tests", str(watched.settings.data_dir)):
        assert re.search(rf"(?<!\w){re.escape(private)}(?!\w)", pages) is None  # not in the midst of some seconds


def test_a_database_that_is_held_by_another_makes_it_not_ready_in_time(watched, told, settings, monkeypatch):
    monkeypatch.setattr(health_module, "PATIENCE_SECONDS", 0.2)
    other = sqlite3.connect(settings.data_dir / "persrv.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert told() == ("database: it does not answer",)
    finally:
        other.execute("ROLLBACK")
        other.close()
    monkeypatch.setattr(health_module, "PATIENCE_SECONDS", 30)
    assert told() == ()


def test_an_index_that_cannot_be_read_makes_it_not_ready(watched, told):
    class Broken:
        def count(self) -> int:
            raise SearchIndexError("gone")

    assert told(index=Broken()) == ("index: it cannot be read",)


def test_a_telegram_that_has_not_answered_makes_it_not_ready(watched, told):
    assert told(answered=False) == ("telegram: it has not answered lately",)


def test_a_bot_that_takes_in_no_updates_yet_is_not_ready(watched, told):
    assert told(listens=False) == ("updates: the bot is not listening for them yet",)
    assert told(answered=False, listens=False) == ("telegram: it has not answered lately",)


def test_a_telegram_that_comes_back_makes_it_ready_again(watched, server, world):
    async def watch() -> tuple[bool, bool]:
        token = watched.settings.bot_token.get_secret_value()
        async with ExtBot(token, base_url=f"{server.url}/bot") as bot:
            health = Health(watched.services, bot, Metrics(), look_seconds=0.05)
            health.listens()
            before = bool(await health.problems())
            async with serve_health(health, ("127.0.0.1", free_port())):
                for _ in range(200):
                    if not await health.problems():
                        return before, True
                    await asyncio.sleep(0.05)
            return before, False

    assert watched.do(watch()) == (True, True)


class OddTelegram:
    """A Telegram whose first answer the library cannot make anything of."""

    def __init__(self):
        self.asked = 0
        self.asked_again = asyncio.Event()

    async def get_me(self):
        self.asked += 1
        if self.asked == 1:
            raise KeyError("result")
        self.asked_again.set()


def test_an_answer_that_nobody_foresaw_does_not_end_the_looks_at_telegram(watched):
    telegram, metrics = OddTelegram(), Metrics()

    async def watch() -> None:
        health = Health(watched.services, telegram, metrics, look_seconds=0.05)
        async with serve_health(health, ("127.0.0.1", free_port())):
            async with asyncio.timeout(10):
                await telegram.asked_again.wait()

    watched.do(watch())
    assert b"persrv_errors_total 1.0" in metrics.render()


def test_a_body_that_nobody_needs_is_refused_before_it_is_taken_in(watched, port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST /readyz HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_port_that_is_taken_is_named_with_its_setting(start_bot):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AssertionError, match=r"PERSRV_HEALTH_LISTEN: 127\.0\.0\.1:\d+ cannot be used") as caught:
            start_bot(health_listen=f"127.0.0.1:{taken.getsockname()[1]}")
    assert ConfigurationError.__name__ in str(caught.value)
