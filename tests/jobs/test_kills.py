"""A night that is killed at any point, for real, leaves the last good set serving, and the next one goes on."""

import signal
import subprocess
import sys
import textwrap

import pytest

from persrv.bootstrap import open_services
from persrv.children import environment
from persrv.config import environment_of
from persrv.domain.runs import AFTER_PACKS, JobName, RunState
from persrv.domain.work import Task

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

NIGHT = """
import asyncio, os, sys
from jobs import runner
from jobs.runner import run_job
from persrv.adapters.artefacts import generations
from persrv.bootstrap import open_services
from persrv.cli.bars import QuietProgress
from persrv.config import load_settings
from persrv.domain.runs import JobName

def die(*_arguments):
    os.kill(os.getpid(), 9)

where = sys.argv[1]
if where in {"before CURRENT", "after CURRENT"}:
    replace = generations.replace_file

    def replaced(path, text):
        if where == "after CURRENT":
            replace(path, text)
        die()

    generations.replace_file = replaced
elif where:
    when, step = where.split()
    real = runner._STEPS[JobName(step)]

    async def killed(services, progress):
        if when == "after":
            await real(services, progress)
        die()

    runner._STEPS[JobName(step)] = killed

async def main():
    async with open_services(load_settings()) as services:
        await run_job(services, JobName.NIGHTLY, QuietProgress())

asyncio.run(main())
"""

POINTS = [f"{when} {step.value}" for step in AFTER_PACKS for when in ("before", "after")]
POINTS += ["before CURRENT", "after CURRENT"]


def night(settings, where=""):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(NIGHT), where],
        env=environment({**environment_of(settings), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}),
        capture_output=True,
        check=False,
    ).returncode


def copy(source, target):
    """By another process: one that closes a copy of SQLite's files lets go of the locks on the open database."""
    subprocess.run(["cp", "-r", source, target], check=True)


async def served(settings, *queries):
    """What people get, asked of a bot that has just started on these files."""
    async with open_services(settings) as services:
        await services.indexer.drain()
        return {
            (user, query): [
                (place.sticker_id, place.score) for place in (await services.suggester.read(user, query)).ranking
            ]
            for user in (7, 99)
            for query in queries
        }


def order(answers):
    return {asked: [sticker for sticker, _ in places] for asked, places in answers.items()}


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_night_killed_at_every_step_serves_last_nights_answers_or_its_own_and_the_next_one_makes_up_for_it(
    settings, services, add_pack, picture, choose, tmp_path
):
    colours = ("#e34", "#3a7", "#36c", "#b5c", "#c93", "#5bb")
    flat = await add_pack("flat", **{f"f{n}": picture("加油", colour=colour) for n, colour in enumerate(colours)})
    await add_pack("soft", **{f"s{n}": picture("加油", colour=colour, soft=True) for n, colour in enumerate(colours)})
    for sticker in list(flat.values())[:3]:
        await choose(7, sticker, "别的")
    assert night(settings) == 0
    # One more sticker, with words of its own. Styles are told by the whole catalogue: of thirteen stickers the last one
    # moves them enough to change who of two likes is first, so a whole night may answer otherwise; half of one may not.
    await add_pack("more", m1=picture("晚安", colour="#123"))
    before = await served(settings, "加油")
    assert len(before[7, "加油"]) == 12
    assert before[7, "加油"] != before[99, "加油"]
    twin = settings.model_copy(update={"data_dir": tmp_path / "twin"})
    copy(settings.data_dir, twin.data_dir)
    assert night(twin) == 0
    after = await served(twin, "加油")

    for where in POINTS:
        assert night(settings, where) == -signal.SIGKILL, where
        # A finished step may tell scores by a catalogue of one sticker more: the order is what must be whole.
        assert order(await served(settings, "加油")) in (order(before), order(after)), where
    assert night(settings) == 0

    everything = await served(settings, "加油", "晚安")
    assert everything == await served(twin, "加油", "晚安")
    assert len(everything[7, "晚安"]) == 1
    assert await services.semantics.failures(Task.OCR) == []
    states = [run.state for run in await services.job_log.last(200, name=JobName.NIGHTLY.value)]
    assert states.count(RunState.BROKEN_OFF) == len(POINTS)
    assert states.count(RunState.DONE) == 2
