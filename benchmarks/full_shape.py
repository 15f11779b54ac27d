"""The evaluation on a made-up set of the paper's full shape: how long it takes, and how much memory.

    python -m benchmarks.full_shape --work DIR [--stickers 543098] [--out benchmarks/results]

Makes the set (`benchmarks.synthetic`) where DIR does not have it, reads it, and runs `persrv evaluate` on it with the
text systems and persrv, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.corpus import FULL_SIZE
from benchmarks.machine import machine
from benchmarks.markdown import table
from benchmarks.synthetic import Shape, write_dataset
from persrv.adapters.dataset import read_dataset

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = ("global-pop", "user-pop", "bm25", "bm25-ocr", "persrv")


@dataclass(frozen=True, slots=True)
class Step:
    """One step, in a process of its own.

    :param seconds: By the clock.
    :param processor: Seconds of processor time.
    :param megabytes: Resident at most; what is mapped out of files counts.
    """

    name: str
    seconds: float
    processor: float
    megabytes: float


def measure(work: Path, shape: Shape, seed: int = 0) -> tuple[list[Step], dict[str, object]]:
    """Run all steps; what they took, and what the report says of each system.

    :raises RuntimeError: a step failed.
    """
    work = work.resolve()
    dataset, out = work / f"set-{shape.stickers}-{seed}", work / "report"
    if not (dataset / "interactions.csv").exists():
        write_dataset(dataset, shape, seed)
    evaluate = ["persrv", "evaluate", str(dataset), "--out", str(out), "--precomputed-only"]
    evaluate += ["--systems", ",".join(SYSTEMS), "--seed", str(seed)]
    steps = [
        _step("reading the set", ["benchmarks.full_shape", "--read", str(dataset)], work / "read.log"),
        _step("persrv evaluate, weights tuned", evaluate, work / "evaluate.log"),
    ]
    report = json.loads((out / "report.json").read_text("utf-8"))
    return steps, {"dataset": report["dataset"], "systems": report["systems"]}


def _step(name: str, module: list[str], log: Path) -> Step:
    began = time.perf_counter()
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen([sys.executable, "-m", *module], stdout=file, stderr=subprocess.STDOUT, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)  # what this one took, and no other
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{name} failed: see {log}")
    return Step(name, time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def page(steps: list[Step], report: dict[str, object]) -> str:
    """Markdown."""
    about = machine()
    data = dict(report["dataset"])  # type: ignore[call-overload]
    systems = dict(report["systems"])  # type: ignore[call-overload]
    took = table(
        [(step.name, f"{step.seconds:.0f}", f"{step.processor:.0f}", f"{step.megabytes:,.0f}") for step in steps],
        ("step", "seconds", "of processor time", "MB resident at most"),
    )
    asked = table(
        [
            (f"`{name}`", f"{found['ms_per_query']['p50']:.2f}", f"{found['ms_per_query']['p95']:.2f}")
            for name, found in systems.items()
            if "ms_per_query" in found
        ],
        ("system", "ms a query, p50", "p95"),
    )
    return f"""# The evaluation at full shape

Written by `python -m benchmarks.full_shape`; do not edit. The set is made up: {data["stickers"]:,} stickers with
precomputed fields and embeddings, {data["interactions"]:,} interactions, {data["user_query_pairs"]:,} pairs of person
and query, {data["users"]} people. It has the size of the paper's, and says nothing about quality.

{took}

{asked}

{about["processor"]}, {about["processors"]} processors, load {about["load"]} at the end: other work may have run beside
it. Python {about["python"]}; commit {about["commit"]}.
"""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="keep the set and the report here: some gigabytes")
    parser.add_argument("--read", type=Path, metavar="DIR", help="only read this set")
    parser.add_argument("--stickers", type=int, default=FULL_SIZE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    if given.read:
        read_dataset(given.read, seed=given.seed)
        return
    if not given.work:
        parser.error("--work is needed")
    given.work.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PERSRV_DATA_DIR", str(given.work / "data"))
    text = page(*measure(given.work, Shape(stickers=given.stickers), given.seed))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "full-shape.md").write_text(text, "utf-8")
    Console().print(text)


if __name__ == "__main__":
    main()
