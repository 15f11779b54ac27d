"""/jobs: for admins alone."""

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.handlers import jobs as job_handlers
from bot.sandbox.refusals import Refusal
from persrv.bootstrap import one_job_at_a_time
from persrv.domain.runs import JobName, RunState
from persrv.errors import PerSRVError

START = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)


class Starter:
    """A `JobStarter` that only notes what it should start."""

    def __init__(self):
        self.started = []
        self.running = None
        self.problem = None

    async def start(self, name):
        if self.problem:
            raise PerSRVError(self.problem)
        if self.running:
            return False
        self.running = name
        self.started.append(name)
        return True


@pytest.fixture
def starter():
    return Starter()


@pytest.fixture
def running(start_bot, starter):
    return start_bot(jobs=starter)


def note_runs(bot):
    async def note():
        log = bot.services.job_log
        done = await log.begin(JobName.OCR.value, at=START)
        counts = {"done": 12, "failed": 1, "changed": 3}
        await log.end(done, RunState.DONE, at=START + timedelta(seconds=75), counts=counts)
        failed = await log.begin(JobName.CAPTION.value, at=START + timedelta(hours=1))
        await log.end(
            failed,
            RunState.FAILED,
            at=START + timedelta(hours=3, seconds=65),
            counts={},
            error="The <server> of PERSRV_CAPTION_URL is down.",
        )

    bot.do(note())


def test_others_are_refused_and_have_no_such_command_in_their_menu(running, world, alex):
    assert "Only this bot's admins" in alex.asks("/jobs").text
    assert alex.asks("/jobs").buttons == ()
    assert "jobs" not in alex.menu()


def test_an_admin_has_the_command_in_their_menu(running, mei):
    commands = mei.menu(until=lambda found: "jobs" in found)
    assert tuple(name for name in commands if name in {"addset", "jobs"}) == ("addset", "jobs")
    assert "why" in commands


def test_an_admin_sees_the_last_runs_with_their_counts_lengths_and_errors(running, mei):
    note_runs(running)
    text = mei.asks("/jobs").text
    assert "现在没有任务在运行" in text
    assert "✅ 03-01 03:30 识别文字，1 分 15 秒：完成 12、失败 1、有变化 3" in text
    assert "❌ 03-01 04:30 生成描述，2 小时 1 分\n   The <server> of PERSRV_CAPTION_URL is down." in text
    assert text.index("生成描述") < text.index("识别文字")


def test_what_answers_do_without_is_told(running, mei):
    async def publish(keys):
        services = running.services
        await asyncio.to_thread(services.artefacts.publish, {"query_keys": keys}, {})
        await services.serving.refresh()

    assert "⚠️" not in mei.asks("/jobs").text
    running.do(publish(np.arange(7, dtype=np.uint64)))
    text = mei.asks("/jobs").text
    assert "⚠️ Recall by meaning steps aside: Generation g00000001 does not fit together" in text
    assert "`persrv job meaning` learns it anew" in text


def test_an_english_admin_reads_the_same_in_english(start_bot, starter, alex):
    bot = start_bot(jobs=starter, admin_ids=(alex.id,))
    note_runs(bot)
    text = alex.asks("/jobs").text
    assert "Nothing runs just now." in text
    assert "✅ 03-01 03:30 Read words, 1 min 15 s: done 12, failed 1, changed 3" in text


def test_what_runs_now_shows_how_far_it_is(running, settings, mei):
    async def note():
        run = await running.services.job_log.begin(JobName.OCR.value, at=datetime.now(UTC) - timedelta(seconds=130))
        await running.services.job_log.note(run, {"done": 20, "failed": 2, "total": 50})

    running.do(note())
    with one_job_at_a_time(settings):
        text = mei.asks("/jobs").text
        assert "⏳ 识别文字 已运行 2 分 1" in text
        assert "20 / 50、失败 2" in text
    # Nobody holds the lock any more: that run has been broken off.
    text = mei.asks("/jobs").text
    assert "现在没有任务在运行" in text
    assert "识别文字，中断" in text


@pytest.mark.parametrize("name", [name for row in job_handlers.BUTTONS for name in row])
def test_a_button_starts_its_job(running, starter, mei, name):
    shown = mei.asks("/jobs")
    said = mei.presses(shown, f"job:{name.value}")
    assert said.startswith("已启动")
    assert starter.started == [name]
    assert "正在启动" in mei.waits_for("正在启动").text


def test_a_second_one_is_told_that_another_is_running(running, starter, mei):
    shown = mei.asks("/jobs")
    mei.presses(shown, "job:ocr")
    assert "已有任务在运行" in mei.presses(shown, "job:nightly")
    assert starter.started == [JobName.OCR]


def test_a_job_of_another_process_counts_as_running(running, starter, settings, mei):
    shown = mei.asks("/jobs")
    with one_job_at_a_time(settings):
        assert "已有任务在运行" in mei.presses(shown, "job:ocr")
    assert starter.started == []


def test_a_job_that_cannot_be_started_says_why(running, starter, mei):
    starter.problem = "The job ocr cannot be started: no memory."
    assert mei.presses(mei.asks("/jobs"), "job:ocr") == "The job ocr cannot be started: no memory."


def test_refresh_shows_what_has_happened_since_and_may_be_pressed_twice(running, mei):
    shown = mei.asks("/jobs")
    assert mei.presses(shown, "job:refresh") == ""
    note_runs(running)
    assert mei.presses(shown, "job:refresh") == ""
    mei.waits_for("识别文字，1 分")


def test_forged_data_starts_nothing(running, starter, world, mei):
    shown = mei.asks("/jobs")
    for data in ("job:packs", "job:../../bin/sh", "job:", "job:nightly; rm -rf /"):
        assert forge(world, mei, shown, data) == "没有这个任务。"
    assert starter.started == []


def test_an_admin_who_is_one_no_longer_cannot_start_anything(start_bot, starter, mei):
    before = start_bot(jobs=starter)
    shown = mei.asks("/jobs")
    before.stop()
    start_bot(jobs=starter, admin_ids=(1,))
    assert "只有管理员" in mei.presses(shown, "job:nightly")
    assert starter.started == []


def test_somebody_else_who_presses_a_forwarded_button_is_refused(running, starter, world, mei, alex):
    mei.asks("/jobs")
    hello = alex.asks("/forgetme")
    assert "Only this bot's admins" in forge(world, alex, hello, "job:nightly")
    assert starter.started == []


def test_without_a_schedule_there_is_the_list_alone(bot, world, mei):
    shown = mei.asks("/jobs")
    assert [[button.value for button in row] for row in shown.buttons] == [["job:refresh"]]
    assert "这里无法启动任务" in forge(world, mei, shown, "job:nightly")


def forge(world, person, message, data):
    """Press a button that the message does not have, as a changed client can."""
    with pytest.raises(Refusal):
        world.press(person.id, message.chat, message.id, data)
    return world.press(person.id, message.chat, message.id, data, forged=True).answer.result(10).text
