"""Files that are whole or not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from persrv.adapters.whole_files import replace_file


@pytest.mark.parametrize(
    ("content", "written"), [("开心\ud83d", b"\xe5\xbc\x80\xe5\xbf\x83\xed\xa0\xbd"), (b"\0\xff", b"\0\xff")]
)
def test_a_file_gets_another_content_and_nothing_is_left_beside_it(tmp_path, content, written):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    replace_file(path, content)
    assert path.read_bytes() == written
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_a_write_that_fails_leaves_the_old_content_and_no_litter(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, step, full)
        with pytest.raises(OSError, match="No space left"):
            replace_file(path, "new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_content_is_on_the_disk_before_it_takes_its_place_and_the_name_after(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, Path.replace

    def flushed(descriptor):
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def replaced(path, target):
        done.append("replaced")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", replaced)
    replace_file(tmp_path / "file", "new")
    assert done == ["file", "replaced", "folder"]
