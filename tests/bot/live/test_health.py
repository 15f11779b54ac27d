"""/healthz, /readyz and /metrics of the running bot, over HTTP."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.health import Health
from bot.metrics import Metrics
from persrv.domain.runs import JobName, RunState
from persrv.errors import StorageError


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def watched(start_bot, port):
    return start_bot(health_listen=f"127.0.0.1:{port}")


@pytest.fixture
def ask(watched, port):
    def get(path):
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10)

    return get


def series(text):
    """Prometheus's text format as a mapping."""
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    }


def test_a_bot_that_works_says_so(ask):
    assert (ask("/healthz").status_code, ask("/healthz").text) == (200, "ok\n")
    assert (ask("/readyz").status_code, ask("/readyz").text) == (200, "ready\n")
    assert ask("/elsewhere").status_code == 404


def test_a_database_that_cannot_be_written_makes_it_unready_while_it_lives(watched, ask, monkeypatch):
    async def broken():
        raise StorageError("The disk is full.")

    monkeypatch.setattr(type(watched.services.probe), "check", lambda self: broken())
    answer = ask("/readyz")
    assert answer.status_code == 503
    assert answer.text == "database: it cannot be read and written\n"
    assert ask("/healthz").status_code == 200
    assert series(ask("/metrics").text)["persrv_ready"] == 0


def test_it_counts_answers_and_choices_with_their_places(watched, ask, world, make_pack, mei, finds):
    before = series(ask("/metrics").text)
    assert before['persrv_answers_total{outcome="hits"}'] == 0
    mei.types("nothing is called so")
    world.add_pack(make_pack("Smiles_by_test", ["😭", "😭", "😭"]))
    mei.sends_sticker(mei._client.pack("Smiles_by_test")[0])
    mei.waits_for("3 张")
    answer = finds(mei, "想哭", lambda answer: len(answer.stickers) == 3)
    mei.chooses(answer, 2)
    until = time.monotonic() + 10
    while (after := series(ask("/metrics").text))["persrv_choice_position_count"] < 1:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert after['persrv_answers_total{outcome="hits"}'] >= 1
    assert after['persrv_answers_total{outcome="no_hits"}'] >= 1
    assert after["persrv_answer_seconds_count"] == sum(
        value for name, value in after.items() if name.startswith("persrv_answers_total")
    )
    assert after["persrv_choice_position_sum"] == 3  # the third place
    assert after['persrv_choice_position_bucket{le="2.0"}'] == 0
    assert after['persrv_queue_length{queue="packs"}'] == 0
    assert after["persrv_ready"] == 1


def test_jobs_show_when_they_last_came_to_their_end(watched, ask):
    at = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)

    async def note():
        run = await watched.services.job_log.begin(JobName.NIGHTLY.value, at=at)
        await watched.services.job_log.end(run, RunState.DONE, at=at + timedelta(seconds=75), counts={})

    watched.do(note())
    found = series(ask("/metrics").text)
    assert found['persrv_job_last_duration_seconds{job="nightly"}'] == 75
    assert found['persrv_job_last_success_timestamp_seconds{job="nightly"}'] == at.timestamp() + 75


def test_no_page_tells_of_a_person_or_a_query(watched, ask, mei):
    mei.types("我今天很难过")
    text = ask("/metrics").text
    assert "难过" not in text
    assert str(mei.id) not in text


def test_a_port_that_is_taken_is_named_before_anything_starts(start_bot):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AssertionError, match="did not start") as failed:
            start_bot(health_listen=address)
    assert "PERSRV_HEALTH_LISTEN" in str(failed.value)


def test_telegram_that_is_silent_makes_it_unready(watched):
    class Bot:
        async def get_me(self):
            raise AssertionError("not asked here")

    async def look():
        health = Health(watched.services, Bot(), Metrics(), look_seconds=0.01)
        silent = await health.problems()
        health.telegram_answered()
        heard = await health.problems()
        return silent, heard

    silent, heard = watched.do(look())
    assert silent == ("telegram: it has not answered lately",)
    assert heard == ()
