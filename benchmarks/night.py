"""Inline answers while a night runs, beside the same bot at rest.

    python benchmarks/night.py --out docs/night.md

Runs the real bot (`persrv run`) against the stand-in of Telegram with the sandbox's sample packs, times answers from
typing to the answer's arrival over HTTP, first at rest and then while `persrv job nightly --background` reads, embeds
and learns everything anew. Both in one run on one machine: the ratio is what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bot.sandbox.client import SandboxClient
from bot.sandbox.drawing import draw_sample_packs
from bot.sandbox.run import TOKEN, sandbox_settings
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.config import Settings, environment_of

QUERIES = ("笑", "哭", "爱", "晚安", "happy", "sad", "party", "加油", "想哭", "good night", "🎉", "谢谢")
SECONDS = 40.0
PAUSE = 0.15


def measure(client: SandboxClient, seconds: float, running: subprocess.Popen[bytes] | None = None) -> list[float]:
    """Milliseconds from typing to the answer, one query after the other, for so long or until the job is over."""
    people = (client.person(1001), client.person(1002))
    times, until, number = [], time.monotonic() + seconds, 0
    while time.monotonic() < until and (running is None or running.poll() is None):
        query = QUERIES[number % len(QUERIES)]
        started = time.perf_counter()
        people[number % 2].types(query)
        times.append((time.perf_counter() - started) * 1000)
        number += 1
        time.sleep(PAUSE)
    return times


def main() -> None:
    """Run it, print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="persrv-night-"))
    try:
        report = run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(report)
    if asked.out is not None:
        asked.out.write_text(report, "utf-8")


def run(folder: Path) -> str:
    """The whole measurement, as Markdown."""
    cache = folder / "packs"
    cache.mkdir()
    packs = asyncio.run(draw_sample_packs(cache))
    world = World(TOKEN)
    for pack in packs:
        world.add_pack(pack)
    with SandboxServer(world, port=0) as server, SandboxClient(server.url) as client:
        settings = sandbox_settings(Settings(data_dir=folder), server.url)
        environment = {**os.environ, **environment_of(settings)}
        log = (folder / "bot.log").open("wb")
        bot = subprocess.Popen([sys.executable, "-m", "persrv", "run"], env=environment, stdout=log, stderr=log)
        try:
            stickers = add_packs(client, [pack.name for pack in packs])
            idle_job(settings.data_dir / "persrv.sqlite3")
            rest = measure(client, SECONDS)
            forget_work(settings.data_dir)
            night = subprocess.Popen(
                [sys.executable, "-m", "persrv", "job", "nightly", "--background"],
                env={**environment, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                stdout=log,
                stderr=log,
            )
            started = time.monotonic()
            busy = measure(client, 600.0, night)
            length = time.monotonic() - started
            if night.wait() != 0:
                raise SystemExit("the night failed; " + (folder / "bot.log").read_text("utf-8", "replace")[-2000:])
        finally:
            bot.send_signal(signal.SIGTERM)
            bot.wait(20)
            log.close()
    return table(rest, busy, stickers, length)


def add_packs(client: SandboxClient, names: list[str]) -> int:
    """Have the bot take the packs in; return how many stickers can be found."""
    admin = client.person(1001)
    for _ in range(300):  # the bot may not be listening yet
        try:
            admin.types("x")
            break
        except Exception:
            time.sleep(0.2)
    admin.writes("/addset " + " ".join(names))
    seen = -1
    while True:
        time.sleep(5)
        found = len(admin.types("").sticker_ids)
        if found == seen and found:
            return sum(len(client.pack(name)) for name in names)
        seen = found


def idle_job(database: Path) -> None:
    """Wait until the job that new sets have started is over."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT name, state FROM jobs ORDER BY id").fetchall()
        connection.close()
        if any(row == ("new", "done") for row in rows) and all(state != "running" for _, state in rows):
            return
        time.sleep(2)
    raise SystemExit("the job for new stickers did not end")


def forget_work(data: Path) -> None:
    """Let the night do everything anew."""
    with sqlite3.connect(data / "persrv.sqlite3", timeout=30) as connection:
        connection.execute("DELETE FROM sticker_work")
    connection.close()
    shutil.rmtree(data / "embeddings", ignore_errors=True)


def table(rest: list[float], busy: list[float], stickers: int, length: float) -> str:
    """Both in milliseconds, and their ratio."""
    lines = [
        "# Inline answers while a night runs",
        "",
        "Written by `benchmarks/night.py --out docs/night.md`; do not edit.",
        "",
        f"{stickers} stickers, all read, embedded and learnt from anew in {length:.0f} s by one niced process with one",
        "thread, while the bot answers; milliseconds over HTTP from typing to the answer's arrival.",
        "",
        "| | answers | p50 | p95 |",
        "|---|---|---|---|",
    ]
    for name, times in (("at rest", rest), ("during the night", busy)):
        p50, p95 = np.percentile(times, [50, 95])
        lines.append(f"| {name} | {len(times)} | {p50:.1f} | {p95:.1f} |")
    ratio = np.percentile(busy, 95) / np.percentile(rest, 95)
    lines += ["", f"p95 during the night is {ratio:.2f} times that at rest."]
    lines += ["", f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
