"""Nothing is loaded on import; loading is silent, once, and never from a folder that others can write in."""

import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def run_python(tmp_path: Path):
    """Run a script in a process of its own with its own temporary folder; return what it printed."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    def run(script: str, *arguments: Path) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments)],
            env={**os.environ, "TMPDIR": str(temporary), "PYTHONWARNINGS": "default"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        assert done.returncode == 0
        assert list(temporary.iterdir()) == []
        return done.stdout.strip()

    return run


WARM_UP = """
import sys
from pathlib import Path
from persrv.text import tokenise, warm_up
warm_up(Path(sys.argv[1]) if sys.argv[1:] else None)
print(ascii(tokenise("时候")))
"""
EXPECTED = ascii(("时候", "时", "候"))


def test_importing_loads_nothing_heavy(run_python):
    script = "import sys, persrv.text; print([name for name in ('jieba', 'opencc') if name in sys.modules])"
    assert run_python(script) == "[]"


def test_without_a_folder_no_file_is_written(run_python):
    assert run_python(WARM_UP) == EXPECTED


def test_the_cache_file_is_written_into_our_folder_and_read_again(run_python, tmp_path: Path):
    folder = tmp_path / "data" / "text"
    assert run_python(WARM_UP, folder) == EXPECTED
    (cache,) = folder.iterdir()
    written = cache.stat().st_mtime_ns
    assert run_python(WARM_UP, folder) == EXPECTED
    assert cache.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "damage",
    [lambda whole: whole[:1000], lambda whole: b"", lambda whole: marshal.dumps(("no", "dictionary"))],
    ids=["cut short", "empty", "of another kind"],
)
def test_a_damaged_cache_file_is_made_anew(run_python, tmp_path: Path, damage):
    folder = tmp_path / "cache"
    run_python(WARM_UP, folder)
    (cache,) = folder.iterdir()
    whole = cache.stat().st_size
    cache.write_bytes(damage(cache.read_bytes()))
    assert run_python(WARM_UP, folder) == EXPECTED
    assert cache.stat().st_size == whole


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes")
def test_a_folder_that_everyone_may_write_in_is_not_used(run_python, tmp_path: Path):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    assert run_python(WARM_UP, folder) == EXPECTED
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_does_no_harm(run_python, tmp_path: Path):
    (tmp_path / "file").touch()
    assert run_python(WARM_UP, tmp_path / "file" / "cache") == EXPECTED


def test_eight_threads_may_be_the_first_at_once(run_python):
    script = """
from concurrent.futures import ThreadPoolExecutor
from persrv.text import tokenise
with ThreadPoolExecutor(8) as pool:
    found = set(pool.map(lambda _: tokenise("想哭的時候🎉", expand_emoji=True), range(64)))
print(len(found))
"""
    assert run_python(script) == "1"
