import subprocess
import sys
import textwrap

import pytest

from persrv.adapters.locks import job_lock
from persrv.errors import JobBusy, StorageError


def test_one_holds_it_and_the_next_may_when_it_is_over(tmp_path):
    path = tmp_path / "jobs.lock"
    with job_lock(path), pytest.raises(JobBusy, match="one runs at a time"), job_lock(path):
        pass
    with job_lock(path):
        pass


def test_a_killed_process_lets_go_of_it(tmp_path):
    path = tmp_path / "jobs.lock"
    script = textwrap.dedent(
        f"""
        import os, pathlib
        from persrv.adapters.locks import job_lock
        with job_lock(pathlib.Path({str(path)!r})):
            print("held", flush=True)
            input()
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(JobBusy), job_lock(path):
            pass
        process.kill()
        process.wait()
        with job_lock(path):
            pass


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StorageError, match="cannot be made"), job_lock(tmp_path / "none" / "jobs.lock"):
        pass
