"""/evaluate: the paper's tables from a chat, by the real command in a process of its own; for admins alone."""

import time

import pytest

from jobs.evaluation import ChildEvaluator
from tests.bot.live.test_jobs_command import forge


@pytest.fixture
def folder(tmp_path):
    """A log alone: 3 people, 4 words, 12 stickers."""
    root = tmp_path / "dataset"
    root.mkdir()
    rows = [
        f"u{user},{word},{word}-{shade}"
        for user in range(3)
        for word in ("笑", "哭", "晚安", "加油")
        for shade in range(3)
    ]
    (root / "interactions.csv").write_text("\n".join(["uid,query,docid", *rows]) + "\n", "utf-8")
    return root


def test_others_are_refused_and_have_no_such_command_in_their_menu(start_bot, folder, alex):
    start_bot(evaluator=ChildEvaluator, evaluation_dataset=folder)
    assert "Only this bot's admins" in alex.asks("/evaluate").text
    assert "evaluate" not in alex.menu()


def test_without_a_dataset_it_says_which_setting_names_one(bot, mei):
    assert "PERSRV_EVALUATION_DATASET" in mei.asks("/evaluate").text


def test_an_admin_gets_progress_then_the_table_a_chart_and_the_whole_report(start_bot, folder, mei, page, settings):
    start_bot(evaluator=ChildEvaluator, evaluation_dataset=folder)
    begun = mei.asks("/evaluate")
    assert "评测已在单独的进程中开始" in begun.text
    assert "评测正在进行中" in mei.asks("/evaluate", "评测正在进行中").text
    report = mei.waits_for(lambda message: bool(message.document), timeout=100)
    chart = next(message for message in mei.sees() if message.photo)
    lines = chart.text.splitlines()
    assert lines[1].split() == ["M-MRR@1", "M-MRR@20", "R@20"]
    shown = {line.split()[0]: [float(figure) for figure in line.split()[1:]] for line in lines[2:]}
    assert {"global-pop", "user-pop", "bm25", "bm25-ocr", "persrv"} <= set(shown)
    assert page.picture(chart.photo).startswith(b"\x89PNG")
    assert b"<!doctype html>" in page.picture(report.document)
    assert "没有运行" in next(message.text for message in mei.sees() if "没有运行" in message.text)  # and why
    assert next(message for message in mei.sees() if message.id == begun.id).text == "✅ 评测完成。"
    (made,) = settings.data_dir.joinpath("evaluations").iterdir()
    assert (made / "report.json").is_file()


def test_a_broken_dataset_is_told_with_file_line_and_reason(start_bot, folder, mei):
    (folder / "interactions.csv").write_text("uid,query,docid\nu,q\n", "utf-8")
    start_bot(evaluator=ChildEvaluator, evaluation_dataset=folder)
    begun = mei.asks("/evaluate")
    text = mei.waits_for(lambda message: message.id == begun.id and "没有完成" in message.text, timeout=60).text
    assert "interactions.csv" in text
    assert "2" in text


def test_a_setting_that_is_wrong_is_told(start_bot, folder, mei):
    (folder / "images").mkdir()
    (folder / "images" / "笑-0.png").write_bytes(b"never looked at")
    start_bot(
        evaluator=ChildEvaluator, evaluation_dataset=folder, image_encoder="chinese-clip", image_model="./nowhere"
    )
    begun = mei.asks("/evaluate")
    text = mei.waits_for(lambda message: message.id == begun.id and "没有完成" in message.text, timeout=60).text
    assert "PERSRV_IMAGE_" in text  # the encoder where its extra is missing, else the model


def test_stop_ends_it_and_only_an_admin_can(start_bot, folder, world, mei, alex):
    start_bot(evaluator=ChildEvaluator, evaluation_dataset=folder)
    begun = mei.asks("/evaluate")
    hello = alex.asks("/forgetme")
    assert "Only this bot's admins" in forge(world, alex, hello, "evaluate:stop")
    mei.presses(begun, "evaluate:stop")
    text = mei.waits_for(lambda message: message.id == begun.id and "没有完成" in message.text, timeout=30).text
    assert "It was stopped." in text


def test_the_bot_stops_without_waiting_for_an_evaluation(start_bot, folder, mei):
    running = start_bot(evaluator=ChildEvaluator, evaluation_dataset=folder)
    mei.asks("/evaluate")
    began = time.monotonic()
    running.stop()  # within 15 s, or the fixture fails
    assert time.monotonic() - began < 15
