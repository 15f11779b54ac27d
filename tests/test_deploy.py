"""Dockerfile, compose.yaml, the systemd unit and MANIFEST.in name what exists.

No image is built here: there is no Docker in CI.
"""

from __future__ import annotations

import configparser
import importlib.util
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


def test_a_source_distribution_has_all_that_make_and_the_tests_need():
    lines = (ROOT / "MANIFEST.in").read_text("utf-8").splitlines()
    named = {word for line in lines if line.startswith(("include ", "graft ")) for word in line.split()[1:]}
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {"Makefile", "constraints.txt", "CHANGELOG.md", ".env.example", "tests", ".ci", "benchmarks"} <= named
    assert {"Dockerfile", ".dockerignore", "compose.yaml", "deploy", "docs"} <= named


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


def test_what_people_typed_is_for_the_bot_alone_in_the_container_and_under_systemd():
    assert re.search(
        r"install -d -m 700 -o persrv -g persrv /data$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    assert "StateDirectoryMode=0700" in (ROOT / "deploy" / "persrv.service").read_text("utf-8").splitlines()


def test_the_unit_runs_the_command_and_gives_it_time_to_stop():
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read(ROOT / "deploy" / "persrv.service")
    assert unit["Service"]["ExecStart"].endswith("/persrv run")
    assert int(unit["Service"]["TimeoutStopSec"]) > 5
    assert unit["Service"]["DynamicUser"] == "yes"


@pytest.fixture
def verdict():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verdict


SOUND = {"name": "numpy", "version": "2.4.6", "vulns": []}
WEAK = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "ours", "skip_reason": "Dependency not found on PyPI and could not be audited: ours (1)"}


def test_a_known_weakness_fails_the_audit_and_is_named(verdict):
    code, text = verdict({"dependencies": [SOUND, WEAK, SKIPPED], "fixes": []})
    assert code == 1
    assert "1 of 2 packages" in text
    assert "old 1.0: PYSEC-2026-1, mended in 1.1" in text


def test_sound_packages_pass_and_unknown_ones_are_named(verdict):
    code, text = verdict({"dependencies": [SOUND, SKIPPED]})
    assert code == 0
    assert text == "audit: 1 packages, no known weakness; not known to the service: ours"


@pytest.mark.parametrize("report", [None, {}, {"dependencies": [SKIPPED]}])
def test_an_audit_that_could_not_be_done_says_so_and_does_not_claim_a_pass(verdict, report):
    code, text = verdict(report)
    assert code == 0
    assert "NOT DONE" in text
