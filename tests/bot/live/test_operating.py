"""`persrv run` as an admin's machine runs it: logs, secrets, stopping, a reverse proxy before its webhook."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from bot.sandbox.seen import SandboxRefused
from tests.bot.live.conftest import free_port, until

SECRET = "the-webhook-secret"
PRIVATE = "words-that-nobody-else-may-read"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log.txt"


@pytest.fixture
def run(start_process, health):
    """`persrv run` with its health pages, and its log as JSON."""

    def start(**extra):
        ours = {"HEALTH_LISTEN": health, "LOG_FORMAT": "json", "WEBHOOK_SECRET": SECRET}
        return start_process(**{f"PERSRV_{name}": value for name, value in ours.items()} | extra)

    return start


def seconds_to_stop(process) -> float:
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    return time.monotonic() - started


def family(pid: int) -> set[int]:
    """A process and all its descendants."""
    found, parents = {pid}, {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields[1])
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text() + Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


@pytest.mark.slow
def test_the_log_is_json_with_request_ids_and_holds_no_secret_and_no_personal_text(
    run, ask, log, settings, world, make_pack, mei, alex
):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭"]))
    process = run()
    until(lambda: ask("/readyz")[0] == 200)
    mei.writes("/addset Cats_by_test")
    mei.waits_for("2 张")
    world.fail_next("answerInlineQuery", 400, "Bad Request: it is not to our taste")
    with pytest.raises(SandboxRefused):
        alex.types(PRIVATE)
    alex.writes(f"/addset {PRIVATE}")
    alex.writes(PRIVATE)
    alex.asks("/help")
    world.drop_next("getUpdates", 3)
    until(lambda: "cannot be asked" in log.read_text())
    seconds_to_stop(process)

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    refused = next(line for line in lines if "refused an inline answer" in line["message"])
    assert refused["request"][0] == "u"
    assert refused["request"][1:].isdigit()
    assert refused["level"] == "error"
    text = log.read_text()
    for hidden in (PRIVATE, SECRET, settings.bot_token.get_secret_value(), "only-for-tests"):
        assert hidden not in text


def test_a_stop_while_telegram_is_busy_leaves_no_trace_in_the_log(run, ask, log, world):
    process = run()
    until(lambda: ask("/readyz")[0] == 200)
    until(lambda: world.calls_of("getUpdates"))  # which waits for something to tell
    world.fail_next("getUpdates", 503, "Service Unavailable", times=50)
    seconds_to_stop(process)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    told = [line for line in lines if line["logger"] == "telegram.ext.Updater"]
    assert [line["level"] for line in told] == ["warning"]
    assert told[0]["message"].endswith("Service Unavailable")
    assert "error" not in told[0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_no_process_carries_a_secret_in_its_title(run, ask, settings, world, make_pack, mei):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭"]))
    process = run(PERSRV_CAPTION_API_KEY="the-api-key-of-somebody")
    until(lambda: ask("/readyz")[0] == 200)
    mei.writes("/addset Cats_by_test")
    mei.waits_for("2 张")  # the media decoder runs
    mei.presses(mei.asks("/jobs"), "job:ocr")
    titles = []
    for _ in range(20):
        titles += [title(pid) for pid in family(process.pid)]
        time.sleep(0.05)
    assert any("job" in one for one in titles)
    for hidden in (SECRET, settings.bot_token.get_secret_value(), "the-api-key-of-somebody"):
        assert not [one for one in titles if hidden in one]


def test_sigterm_stops_it_within_five_seconds_in_the_middle_of_work(run, ask, log, world, make_pack, mei, alex):
    world.add_pack(make_pack("Cats_by_test", ["😀"] * 30))
    world.delay("getFile", 20)
    process = run()
    until(lambda: ask("/readyz")[0] == 200)
    mei.writes("/addset Cats_by_test")
    until(lambda: world.calls_of("getFile"))
    assert seconds_to_stop(process) < 5
    assert "Traceback" not in log.read_text()


def test_sigterm_stops_it_within_five_seconds_while_telegram_holds_an_answer_back(run, ask, log, world, alex):
    process = run()
    until(lambda: ask("/readyz")[0] == 200)
    world.delay("sendMessage", 20)
    alex.writes("/help")
    until(lambda: world.calls_of("sendMessage"))
    assert seconds_to_stop(process) < 5


def test_sigterm_stops_it_within_five_seconds_while_telegram_asks_it_to_wait(run, ask, world, alex):
    process = run()
    until(lambda: ask("/readyz")[0] == 200)
    world.fail_next("sendMessage", 429, "Too Many Requests: retry after 30", retry_after=30, times=5)
    alex.writes("/help")
    until(lambda: world.calls_of("sendMessage"))
    assert seconds_to_stop(process) < 5


def test_without_telegram_it_lives_is_not_ready_says_why_and_stops_when_told(run, ask, log):
    process = run(PERSRV_TELEGRAM_API_URL=f"http://127.0.0.1:{free_port()}")
    until(lambda: "cannot be reached" in (log.read_text() if log.exists() else ""))
    assert ask("/healthz") == (200, "ok\n")
    assert ask("/readyz") == (503, "telegram: it has not answered lately\n")
    assert seconds_to_stop(process) < 5
    assert ask("/healthz") == (0, "")


def test_sigterm_stops_it_within_five_seconds_while_telegram_holds_every_request_back(run, ask, log, world):
    process = run()
    until(lambda: ask("/readyz")[0] == 200)
    for method in ("getUpdates", "getMe", "setMyCommands"):
        world.delay(method, 30)
    assert seconds_to_stop(process) < 5


def test_sigterm_stops_it_within_five_seconds_while_it_is_only_starting(run, ask, log, world):
    world.delay("deleteWebhook", 30)
    process = run()
    until(lambda: world.calls_of("getMe"))
    until(lambda: ask("/healthz")[0] == 200)
    assert seconds_to_stop(process) < 5
    assert "Traceback" not in log.read_text()


def test_behind_a_webhook_it_stops_within_five_seconds_too(run, ask, world, alex):
    port = free_port()
    process = run(PERSRV_WEBHOOK_URL=f"http://127.0.0.1:{port}", PERSRV_WEBHOOK_LISTEN=f"127.0.0.1:{port}")
    until(lambda: ask("/readyz")[0] == 200)
    alex.asks("/help")
    assert world.calls_of("setWebhook")
    assert seconds_to_stop(process) < 5
