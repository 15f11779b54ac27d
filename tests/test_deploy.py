"""Dockerfile, compose.yaml and the systemd unit name what exists. No image is built here: there is no Docker in CI."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import yaml

from persrv.config import Settings

ROOT = Path(__file__).parents[1]
FILES = ("Dockerfile", "compose.yaml", "deploy/persrv.service")


@pytest.mark.parametrize("name", FILES)
def test_every_setting_that_is_named_exists(name):
    named = set(re.findall(r"PERSRV_([A-Z_]+)", (ROOT / name).read_text("utf-8")))
    assert named
    assert named <= {field.upper() for field in Settings.model_fields}


def test_the_image_copies_what_is_there_and_everything_that_is_installed():
    text = (ROOT / "Dockerfile").read_text("utf-8")
    copied = {word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for word in line.split()}
    assert {path for path in copied if not (ROOT / path).exists()} == set()
    assert {"persrv", "bot", "jobs", "migrations", "pyproject.toml", "constraints.txt", "LICENSE"} <= copied
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".env", ".git", "data"} <= set(ignored)  # no secret and no data in an image


def test_the_container_is_not_root_and_is_asked_whether_it_is_ready():
    text = (ROOT / "Dockerfile").read_text("utf-8")
    last = text[text.rindex("FROM ") :]
    assert re.search(r"^USER persrv$", last, re.MULTILINE)
    assert "127.0.0.1:9090/readyz" in last
    assert "PERSRV_HEALTH_LISTEN=127.0.0.1:9090" in last


def test_compose_runs_the_bot_with_a_volume_and_the_model_only_when_asked():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert "persrv:/data" in services["bot"]["volumes"]
    assert services["bot"]["environment"]["PERSRV_DATA_DIR"] == "/data"
    assert services["captions"]["profiles"] == ["captions"]


def test_the_unit_runs_the_command_and_gives_it_time_to_stop():
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read(ROOT / "deploy" / "persrv.service")
    assert unit["Service"]["ExecStart"].endswith("/persrv run")
    assert int(unit["Service"]["TimeoutStopSec"]) > 5
    assert unit["Service"]["DynamicUser"] == "yes"
