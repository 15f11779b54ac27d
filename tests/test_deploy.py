"""The files that others run the bot with name things that exist. No image is built here."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import pytest

from persrv.cli.main import app
from persrv.config import ENV_PREFIX, Settings

ROOT = Path(__file__).parent.parent
FILES = ("Dockerfile", "compose.yaml", "deploy/persrv.service", "docs/operations.md")
SETTINGS = {ENV_PREFIX + name.upper() for name in Settings.model_fields}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_every_setting_that_a_file_names_exists(name):
    named = set(re.findall(rf"\b{ENV_PREFIX}[A-Z_]+", read(name)))
    assert named
    assert named - SETTINGS == set()


def test_the_settings_that_the_image_sets_are_valid():
    values = dict(re.findall(r"(PERSRV_[A-Z_]+)=(\S+)", read("Dockerfile").partition("ENV ")[2]))
    settings = Settings(**{name.removeprefix(ENV_PREFIX).lower(): value for name, value in values.items()})
    assert settings.health_address == ("127.0.0.1", 9090)
    assert settings.log_format == "json"


def test_the_image_copies_what_the_package_needs_and_nothing_that_is_private():
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", read("Dockerfile"), re.MULTILINE)
        for word in line.split()[:-1]
    }
    assert all((ROOT / one).exists() for one in copied)
    assert {"persrv", "bot", "jobs", "migrations", "pyproject.toml", "constraints.txt"} <= copied
    allowed = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    assert copied == allowed
    assert "*" in read(".dockerignore").splitlines()


def test_the_image_is_made_in_two_stages_and_runs_as_nobody_special():
    lines = read("Dockerfile").splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 2
    assert "USER persrv" in lines
    assert lines.index("USER persrv") < lines.index('CMD ["persrv", "run"]')
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_commands_that_they_start_exist():
    commands = {command.name for command in app.registered_commands}
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read_string(read("deploy/persrv.service"))
    assert shlex.split(unit["Service"]["ExecStart"])[1] in commands
    assert re.search(r'^CMD \["persrv", "(\w+)"\]$', read("Dockerfile"), re.MULTILINE).group(1) in commands


def test_the_health_check_asks_the_port_that_is_set():
    for name in ("Dockerfile", "compose.yaml"):
        assert set(re.findall(r"127\.0\.0\.1:(\d+)", read(name))) == {"9090"}
        assert "/healthz" in read(name)


def test_compose_keeps_the_data_and_starts_the_model_only_when_asked():
    yaml = pytest.importorskip("yaml")
    compose = yaml.safe_load(read("compose.yaml"))
    bot, model = compose["services"]["bot"], compose["services"]["vllm"]
    assert bot["volumes"] == ["data:/data"]
    assert bot["environment"]["PERSRV_DATA_DIR"] == "/data"
    assert {"data", "models"} == set(compose["volumes"])
    assert "profiles" not in bot
    assert model["profiles"] == ["vllm"]
    assert bot["healthcheck"]["test"][0] == "CMD"
