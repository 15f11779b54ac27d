"""What the pages and the docstrings name is there: settings, commands, options, modules, files."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import typer.main

from bot.menus import ADMIN_COMMANDS, COMMANDS
from persrv.cli.main import app
from persrv.config import ENV_PREFIX, Settings
from persrv.domain.runs import JobName

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
"""Not the changelog: it may name what is no longer there."""
NO_COMMANDS = {"newbot", "setinline", "setinlinefeedback", "mybots", "healthz", "readyz", "metrics", "telegram", "data"}
"""What else begins with a slash: @BotFather's commands, addresses and folders."""
PACKAGES = ("persrv", "bot", "jobs")
SETTINGS = {ENV_PREFIX + name.upper() for name in Settings.model_fields}

_CODE = re.compile(r"`([^`\n]+)`")
_MODULE = re.compile(r"(?:persrv|bot|jobs)(?:\.(?!py$|toml$)[A-Za-z_]\w*)+")


def page(name):
    return (ROOT / name).read_text("utf-8")


def commands():
    """By its words, every command and the options that it has."""
    found = {}

    def look(command, words):
        found[" ".join(words)] = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        for name, below in getattr(command, "commands", {}).items():
            look(below, (*words, name))

    look(typer.main.get_command(app), ("persrv",))
    return found


def is_there(name):
    """Whether a dotted name is a module or something in one."""
    words = name.split(".")
    for end in range(len(words), 0, -1):
        try:
            found = import_module(".".join(words[:end]))
        except ModuleNotFoundError:
            continue
        for word in words[end:]:
            fields = getattr(found, "__dataclass_fields__", {})
            found = fields[word] if word in fields else getattr(found, word, None)
        return found is not None
    return False


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_that_a_page_names_exists(name):
    for named in re.findall(rf"{ENV_PREFIX}[A-Z0-9_]+", page(name)):
        group = named.endswith("_")  # PERSRV_RELEVANCE_*
        assert any(one.startswith(named) for one in SETTINGS) if group else named in SETTINGS, named


def test_a_number_behind_a_setting_is_its_default():
    found = [each for name in PAGES for each in re.findall(rf"`({ENV_PREFIX}[A-Z0-9_]+)` \(([\d.,]*\d)", page(name))]
    assert len(found) >= 5
    for named, told in found:
        default = Settings.model_fields[named.removeprefix(ENV_PREFIX).lower()].default
        assert float(told.replace(",", "")) == default, named


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_to_a_file(name):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page(name)):
        assert target.startswith("https://") or ((ROOT / name).parent / target).exists(), target


@pytest.mark.parametrize("name", PAGES)
def test_every_module_that_a_page_names_exists(name):
    for code in _CODE.findall(page(name)):
        if _MODULE.fullmatch(code):
            assert is_there(code), code


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_that_a_docstring_names_exists(package):
    for path in (ROOT / package).rglob("*.py"):
        for code in _CODE.findall(path.read_text("utf-8")):
            if _MODULE.fullmatch(code):
                assert is_there(code), f"{path}: {code}"


@pytest.mark.parametrize("name", PAGES)
def test_every_file_of_the_repository_that_a_page_names_is_there(name):
    tops = "|".join(("tests", "benchmarks", "docs", "deploy", "migrations", *PACKAGES))
    for path in re.findall(rf"`((?:{tops})/[\w./-]+)`", page(name)):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m (benchmarks[.\w]*\w)", page(name)):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_option_that_a_page_names_exists(name):
    known = commands()
    for code in re.findall(r"`(persrv [^`\n]*)`", page(name)):
        words = code.split()
        command = " ".join(words[:3] if " ".join(words[:3]) in known else words[:2])
        assert command in known, code
        given = {word.strip("[]") for word in words if word.strip("[]").startswith("--")}
        assert given <= known[command] | {"--help"}, code
        if command == "persrv job" and len(words) > 2 and words[2].isalpha() and words[2].islower():
            assert words[2] in {*JobName}, code
    options = {option for some in known.values() for option in some} | {"--help", "--profile", "--build-arg"}
    for option in re.findall(r"`(--[a-z-]+)`", page(name)):
        assert option in options, option


def test_the_readme_names_every_command_and_every_job():
    text = page("README.md")
    for command in commands():
        if command not in {"persrv", "persrv start", "persrv db", "persrv restore"}:
            assert f"`{command}" in text, command
    (jobs,) = re.findall(r"\| `persrv job NAME` \|(.*)\|", text)
    assert set(re.findall(r"`([a-z]+)`", jobs)) == {*JobName}


def test_every_command_of_the_bot_that_a_page_names_exists_and_the_readme_names_all():
    known = {*COMMANDS, *ADMIN_COMMANDS}
    for name in PAGES:
        named = set(re.findall(r"`/([a-z]+)[ `]", page(name)))
        assert named <= known | NO_COMMANDS, name
    readme = page("README.md")
    assert {name for name in known if f"/{name}" not in readme} <= {"start", "help"}


def test_the_pages_name_the_versions_of_python_that_are_supported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    versions = {line.rpartition(" ")[2] for line in project["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert set(re.findall(r"\b3\.1\d\b", page("README.md"))) == versions
