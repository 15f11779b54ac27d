"""The command line as people run it, against the stand-in of Telegram."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.sandbox.model import FRIENDS
from persrv.cli import start
from persrv.domain.runs import JobName
from persrv.domain.stickers import PackKind
from tests.cli.conftest import TOKEN, picture


@pytest.mark.slow
def test_sets_are_imported_by_name_and_link_and_found(persrv, add_pack):
    add_pack("Cats_by_test", [picture(1), picture(60)])
    add_pack("Dogs_by_test", [picture(120), b"this is no picture"], emoji="🐶")
    done = persrv("import", "Cats_by_test", "https://t.me/addstickers/Dogs_by_test")
    assert done.returncode == 0, done.stderr
    assert "Cats_by_test added: 2 stickers" in done.stdout
    assert "Dogs_by_test added: 2 stickers (1 files cannot be used)" in done.stdout
    assert "up to date already" in persrv("import", "cats_BY_test").stdout

    found = json.loads(persrv("search", "派对", "--json", "--explain").stdout)
    assert [row["pack"] for row in found["results"]] == ["Cats_by_test", "Cats_by_test"]
    first = found["results"][0]
    assert {name for name, part in first["by_field"].items() if part} == {"emoji"}
    assert first["recall"] == pytest.approx(sum(first["by_field"].values()) + first["utility"])
    assert first["score"] == pytest.approx(first["recall"] * first["factor"])
    assert first["own_packs"] == 1.0
    assert "Nothing found" in persrv("search", "qwxzzk").stdout
    assert "Nothing found" in persrv("search", "mine 派对").stdout  # nobody in particular has no packs


def test_what_cannot_be_imported_is_said_in_a_sentence(persrv, add_pack):
    add_pack("Empty_by_test", [])
    add_pack("Emoji_by_test", [picture(1)], kind=PackKind.CUSTOM_EMOJI)
    done = persrv("import", "Nothing_by_test", "Empty_by_test", "Emoji_by_test")
    assert done.returncode == 1
    assert "Nothing_by_test does not exist; check the spelling" in done.stdout
    assert "Empty_by_test has no sticker that can be used" in done.stdout
    assert "Emoji_by_test is a set of custom emoji" in done.stdout
    wrong = persrv("import", "/no/such/folder")
    assert wrong.returncode == 1
    assert "neither a folder nor a sticker set's name or link" in wrong.stderr


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "my stickers"
    for name, files in {
        "快乐": {"🎉 one.png": picture(1, "PNG"), "two.webp": picture(2)},
        "sad": {"😭.jpg": picture(3, "JPEG"), "broken.webp": b"RIFF"},
    }.items():
        (root / name).mkdir(parents=True)
        for file, data in files.items():
            (root / name / file).write_bytes(data)
    return root


@pytest.mark.slow
def test_a_folder_is_uploaded_once_and_follows_the_folder(persrv, world, folder):
    missing = persrv("import", str(folder))
    assert missing.returncode == 2
    assert "PERSRV_STORAGE_CHAT_ID is missing" in missing.stderr
    both = persrv("import", str(folder), BOT_TOKEN=None, TIMEZONE="Mars").stderr
    for name in ("BOT_TOKEN is missing", "STORAGE_CHAT_ID is missing", "TIMEZONE wants"):
        assert f"PERSRV_{name}" in both

    chat = {"STORAGE_CHAT_ID": str(FRIENDS)}
    done = persrv("import", str(folder), **chat)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "快乐 added: 2 stickers" in done.stdout
    assert "sad added: 1 stickers (1 files cannot be used)" in done.stdout
    assert len(world.calls_of("sendSticker")) == 3
    found = json.loads(persrv("search", "party", "--json").stdout)["results"]
    assert [row["emoji"] for row in found] == ["🎉"]

    (folder / "快乐" / "two.webp").unlink()
    (folder / "快乐" / "three.webp").write_bytes(picture(9))
    persrv("import", str(folder), **chat)
    assert len(world.calls_of("sendSticker")) == 4
    assert len(json.loads(persrv("search", "快乐", "--json").stdout)["results"]) == 2


@pytest.fixture
def namesakes(tmp_path):
    """Two folders called cats, with other files."""
    for number, where in enumerate(("line", "wechat")):
        (tmp_path / where / "cats").mkdir(parents=True)
        for shade in (1, 2):
            (tmp_path / where / "cats" / f"{shade}.webp").write_bytes(picture(100 * number + 40 * shade))
    return tmp_path / "line", tmp_path / "wechat"


def test_two_folders_of_one_name_are_refused_before_anything_is_uploaded(persrv, world, namesakes):
    line, wechat = namesakes
    refused = persrv("import", str(line), str(wechat), STORAGE_CHAT_ID=str(FRIENDS), columns=1000)
    assert refused.returncode == 1
    assert f"{line}/cats and {wechat}/cats would become the same set" in refused.stderr
    assert world.calls_of("sendSticker") == ()
    assert persrv("import", str(line), f"{line}/cats/", STORAGE_CHAT_ID=str(FRIENDS)).stdout.count("added") == 1


@pytest.mark.slow
def test_a_set_is_not_replaced_by_another_folder_of_its_name_unless_that_is_wanted(persrv, world, namesakes):
    line, wechat = namesakes
    (wechat / "dogs").mkdir()
    (wechat / "dogs" / "1.webp").write_bytes(picture(250))
    chat = {"STORAGE_CHAT_ID": str(FRIENDS), "columns": 1000}
    persrv("import", str(line), **chat)
    refused = persrv("import", str(wechat), **chat)
    assert refused.returncode == 1
    assert f"There is a set cats with 2 stickers already, none of which is in {wechat}/cats" in refused.stdout
    assert "dogs added: 1 stickers" in refused.stdout
    assert len(world.calls_of("sendSticker")) == 3
    assert "cats brought up to date: 2 stickers" in persrv("import", "--replace", str(wechat), **chat).stdout
    assert len(world.calls_of("sendSticker")) == 5
    assert "is not imported" in persrv("import", str(line), **chat).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that nobody can read, not even root")
def test_a_file_that_cannot_be_read_keeps_no_other_from_being_imported(persrv, folder):
    (folder / "sad" / "unreadable.png").symlink_to("/proc/self/mem")
    done = persrv("import", str(folder / "sad"), STORAGE_CHAT_ID=str(FRIENDS))
    assert done.returncode == 0, done.stderr
    assert "sad added: 1 stickers (2 files cannot be used)" in done.stdout
    assert "unreadable.png cannot be read" in done.stderr


def test_what_a_model_said_is_listed_as_it_is(persrv, add_pack, tmp_path):
    add_pack("Cats_by_test", [picture(1)])
    persrv("import", "Cats_by_test")
    reason = "The model declined to caption this sticker: '[INST] a [red]cat[/INST]'."
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "persrv.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO sticker_work (sticker_id, task, engine, version, done, tries, reason, at) VALUES "
            "(1, 'caption', 'llava', '1', 0, 1, ?, '2026-01-02 03:00:00')",
            (reason,),
        )
    assert reason in persrv("job", "caption", "--failed").stdout


def test_a_folder_may_be_called_what_a_terminal_would_take_for_markup(persrv, tmp_path):
    for name in ("[cats] of 2026", "[@click=meow(]"):
        (tmp_path / "packs" / name).mkdir(parents=True)
        (tmp_path / "packs" / name / "1.webp").write_bytes(picture(len(name)))
    done = persrv("import", str(tmp_path / "packs"), STORAGE_CHAT_ID=str(FRIENDS))
    assert done.returncode == 0, done.stderr
    assert "[cats] of 2026 added: 1 stickers" in done.stdout
    assert "[@click=meow(] added: 1 stickers" in done.stdout


def test_a_film_that_is_named_like_a_sticker_is_not_read(persrv, folder):
    with (folder / "sad" / "film.webm").open("wb") as film:
        film.truncate(50_000_000_000)  # a hole, which takes no room
    done = persrv("import", str(folder / "sad"), STORAGE_CHAT_ID=str(FRIENDS))
    assert done.returncode == 0, done.stderr
    assert "film.webm cannot be used as a sticker: it has 50000000000 bytes" in done.stderr
    assert "sad added: 1 stickers (2 files cannot be used)" in done.stdout


def test_an_interrupted_folder_goes_on_where_it_was(persrv, world, folder):
    chat = {"STORAGE_CHAT_ID": str(FRIENDS)}
    world.fail_next("sendSticker", 403, "Forbidden: bot was kicked from the group chat", times=1)
    broken = persrv("import", str(folder), **chat)
    assert broken.returncode == 1
    assert "PERSRV_STORAGE_CHAT_ID" in broken.stderr
    assert persrv("import", str(folder), **chat).returncode == 0
    assert len({call.params.get("emoji") for call in world.calls_of("sendSticker")}) >= 2


@pytest.mark.slow
def test_the_index_is_made_anew_from_the_database(persrv, add_pack, tmp_path):
    add_pack("Cats_by_test", [picture(1)])
    persrv("import", "Cats_by_test")
    shutil.rmtree(tmp_path / "data" / "index")
    assert "index: 1 stickers" in persrv("job", "index").stdout
    assert json.loads(persrv("search", "party", "--json").stdout)["results"]


@pytest.mark.slow
def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(persrv, world, tmp_path):
    fine = persrv("doctor")
    assert fine.returncode == 0, fine.stdout
    assert "The token is that of @persrv_bot" in fine.stdout
    assert "There are no stickers yet" in fine.stdout
    assert "/setinlinefeedback" in fine.stdout
    assert "NSFW stickers are hidden from 0.8 on (opennsfw)" in fine.stdout
    assert "are shown to everybody" in persrv("doctor", NSFW_ENGINE="none").stdout

    world.inline_enabled = False
    off = persrv("doctor", STORAGE_CHAT_ID="-42")
    assert off.returncode == 1
    assert "Inline mode is off" in off.stdout
    assert "/setinline" in off.stdout
    assert "The chat -42 in PERSRV_STORAGE_CHAT_ID cannot be used" in off.stdout

    url = "https://bot.example"
    unset = persrv("doctor", WEBHOOK_URL=url, WEBHOOK_SECRET="the-webhook-secret")
    assert "Telegram does not post updates to PERSRV_WEBHOOK_URL" in unset.stdout

    other = persrv("doctor", BOT_TOKEN="4243:another-token-that-nobody-knows")
    assert other.returncode == 1
    assert "does not know the token in PERSRV_BOT_TOKEN" in other.stdout

    away = persrv("doctor", TELEGRAM_API_URL="http://127.0.0.1:9")
    assert "http://127.0.0.1:9 cannot be reached" in away.stdout
    assert "PERSRV_TELEGRAM_API_URL" in away.stdout

    wrong = persrv("doctor", ADMIN_IDS="mei", NIGHTLY_AT="99", BOT_TOKN="x")
    assert wrong.returncode == 1
    for name in ("PERSRV_ADMIN_IDS", "PERSRV_NIGHTLY_AT", "did you mean PERSRV_BOT_TOKEN"):
        assert name in wrong.stdout

    (tmp_path / "file").write_text("")
    nowhere = persrv("doctor", DATA_DIR=str(tmp_path / "file" / "data"))
    assert nowhere.returncode == 1
    assert "PERSRV_DATA_DIR" in nowhere.stdout


def test_run_refuses_a_wrong_token_with_one_sentence(persrv):
    wrong = persrv("run", BOT_TOKEN="4243:another-token-that-nobody-knows")
    assert wrong.returncode == 1
    assert "does not know the token in PERSRV_BOT_TOKEN" in wrong.stderr
    assert "another-token" not in wrong.stderr + wrong.stdout
    none = persrv("run", BOT_TOKEN=None)
    assert none.returncode == 2
    assert "PERSRV_BOT_TOKEN is missing" in none.stderr
    several = persrv("run", BOT_TOKEN=None, TIMEZONE="Mars", WEBHOOK_URL="https://x.example")
    assert several.returncode == 2
    for name in ("BOT_TOKEN is missing", "TIMEZONE wants", "WEBHOOK_SECRET is needed"):
        assert f"PERSRV_{name}" in several.stderr


def test_with_a_log_of_json_what_ends_the_bot_is_an_object_too(persrv):
    wrong = persrv("run", LOG_FORMAT="json", BOT_TOKEN="4243:another-token-that-nobody-knows")
    assert wrong.returncode == 1
    lines = [json.loads(line) for line in wrong.stderr.splitlines()]
    assert "does not know the token in PERSRV_BOT_TOKEN" in lines[-1]["message"]
    assert lines[-1]["level"] == "critical"
    none = persrv("run", LOG_FORMAT="json", BOT_TOKEN=None)
    assert none.returncode == 2
    lines = [json.loads(line) for line in none.stderr.splitlines()]
    assert "PERSRV_BOT_TOKEN is missing" in lines[-1]["message"]


@pytest.mark.slow
def test_a_busy_port_is_said_in_a_sentence(persrv, server, monkeypatch):
    busy = persrv("sandbox", "--no-browser", "--port", str(server.port), timeout=120)
    assert busy.returncode == 1
    assert "--port" in busy.stderr


@pytest.mark.parametrize("command", ["sandbox", "search", "job", "db", "doctor", "restore"])
def test_a_data_folder_that_cannot_be_written_is_told_by_its_setting(persrv, tmp_path, command):
    (tmp_path / "file").write_text("")
    more = {
        "sandbox": ("--no-browser", "--port", "0"),
        "search": ("haha",),
        "job": ("index",),
        "db": ("upgrade",),
        "restore": (str(tmp_path / "file"),),
    }
    result = persrv(command, *more.get(command, ()), DATA_DIR=str(tmp_path / "file" / "data"))
    assert result.returncode == 1
    assert "set PERSRV_DATA_DIR to another folder" in " ".join((result.stderr + result.stdout).split())


def test_every_command_has_its_help(persrv):
    text = persrv("--help").stdout
    commands = ("run", "sandbox", "import", "job", "search", "evaluate", "finetune", "doctor", "settings", "db")
    for command in (*commands, "backup", "restore"):
        assert command in text
    assert "--explain" in persrv("search", "--help").stdout
    every = persrv("job", "--help").stdout
    for name in JobName:
        assert f"{name}:" in " ".join(every.replace("│", "").split())


def test_sets_are_not_refreshed_without_a_token(persrv):
    result = persrv("job", "packs", BOT_TOKEN=None)
    assert result.returncode == 1
    assert result.stdout.startswith("packs could not go on: PERSRV_BOT_TOKEN is missing")


def test_an_interrupt_while_it_loads_shows_no_trace(monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("persrv.cli.main.main", interrupted)
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == 130


def test_what_standard_output_cannot_write_is_escaped(persrv):
    """Old consoles and LANG=C have no check mark; that is no reason to stop."""
    result = persrv("doctor", encoding="ascii")
    assert result.returncode == 0, result.stderr
    assert r"\u2713 The settings can be read" in result.stdout


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [["settings"], ["doctor"], ["--version"], ["--help"]], ids=" ".join)
def test_a_full_disk_under_standard_output_is_told_in_a_sentence(arguments, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PERSRV_")}
    environment["PERSRV_DATA_DIR"] = str(tmp_path / "data")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "persrv", *arguments],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["persrv: what was to be printed cannot be written: No space left on device."]


def test_the_state_is_backed_up_and_restored_by_two_commands(persrv, add_pack, tmp_path):
    add_pack("Cats_by_test", [picture(1)])
    nowhere = persrv("backup", str(tmp_path / ("a" * 300)))
    assert nowhere.returncode == 1
    assert "File name too long. Name another place." in " ".join(nowhere.stderr.split())
    nothing = persrv("backup", str(tmp_path / "backup.tar"))
    assert nothing.returncode == 1
    assert "nothing to back up" in nothing.stderr
    persrv("import", "Cats_by_test")
    made = persrv("backup", str(tmp_path / "backup.tar"))
    assert made.returncode == 0, made.stderr
    assert "keep .env apart" in made.stdout

    elsewhere = str(tmp_path / "elsewhere")
    assert persrv("restore", str(tmp_path / "backup.tar"), DATA_DIR=elsewhere).returncode == 0
    assert "index: 1 stickers" in persrv("job", "index", DATA_DIR=elsewhere).stdout
    assert json.loads(persrv("search", "party", "--json", DATA_DIR=elsewhere).stdout)["results"]
    again = persrv("restore", str(tmp_path / "backup.tar"), DATA_DIR=elsewhere)
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert persrv("restore", str(tmp_path / "backup.tar"), "--force", DATA_DIR=elsewhere).returncode == 0


def test_a_job_in_the_background_speaks_only_through_the_log(persrv):
    done = persrv("job", "nightly", "--background", LOG_FORMAT="json")
    assert done.stdout == ""
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "utility: 0 choices, 0 stickers" in [line["message"] for line in lines]


@pytest.mark.slow
def test_commands_log_in_the_form_that_the_settings_ask_for_and_without_their_secrets(persrv, add_pack, tmp_path):
    def logged(*arguments):
        done = persrv(*arguments, LOG_FORMAT="json", WEBHOOK_SECRET="making")
        assert done.returncode == 0, done.stderr
        return [json.loads(line)["message"] for line in done.stderr.splitlines()]

    add_pack("Cats_by_test", [picture(1), b"this is no picture"])
    assert any("cannot be used" in message for message in logged("import", "Cats_by_test"))
    shutil.rmtree(tmp_path / "data" / "index")
    first, *_, last = logged("search", "party")
    assert first.startswith("[secret] the search index anew in ")
    assert last == "the search index is made anew: 2 stickers"


@pytest.mark.slow
def test_run_warns_of_an_engine_that_is_not_there(server, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PERSRV_")}
    environment |= {"PERSRV_BOT_TOKEN": TOKEN, "PERSRV_DATA_DIR": str(tmp_path / "data")}
    environment |= {"PERSRV_TELEGRAM_API_URL": server.url, "PERSRV_LOG_FORMAT": "json"}
    environment |= {"PERSRV_CAPTION_ENGINE": "llava", "PERSRV_CAPTION_MODEL": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "persrv", "run"], env=environment, stderr=subprocess.PIPE, text=True
    ) as bot:
        stuck = threading.Timer(60, bot.kill)
        stuck.start()
        warned = any(
            told["level"] == "warning" and "PERSRV_CAPTION_" in told["message"] for told in map(json.loads, bot.stderr)
        )
        stuck.cancel()
        bot.terminate()
        bot.communicate()
    assert warned
