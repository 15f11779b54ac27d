"""path-SIZE.json and path-SIZE.md; with another ranking than the default, path-SIZE-RANKING."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from benchmarks.markdown import table
from benchmarks.path.run import Load, Measured, PathRun

RATE_TARGET_MS = 25.0
ANSWERS_TARGET = 200.0


def write(result: PathRun, out: Path, notes: str = "") -> str:
    """Write both files and return the page.

    :param notes: Markdown that is put at the end: what was seen in profiles.
    """
    out.mkdir(parents=True, exist_ok=True)
    load = result.load
    name = f"path-{load.size}" if load.ranking == Load.ranking else f"path-{load.size}-{load.ranking}"
    content = {
        "stickers": load.size,
        "ranking": load.ranking,
        "choices": None if result.ready else load.choices,
        "seed": load.seed,
        "steady": _figures(result.steady),
        "typing": {"people": load.people, **_figures(result.typing)},
        "steady_choosing": _figures(result.steady_choosing),
        "typing_choosing": {"people": load.people, **_figures(result.typing_choosing)},
        "machine": machine(),
    }
    (out / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    page = _page(result, notes)
    (out / f"{name}.md").write_text(page, "utf-8")
    return page


def _figures(measured: Measured) -> dict[str, object]:
    return {
        "seconds": measured.seconds,
        "queries": len(measured.queries),
        "answered": measured.answered,
        "answers_a_second": measured.a_second,
        "superseded": measured.superseded,
        "choices_a_second": measured.choices / measured.seconds,
        "waited_for_in_vain": measured.unanswered,
        "ms_from_typing": {f"p{share}": measured.percentile(share) for share in (50, 95, 100)},
        "ms_from_get_updates": {f"p{share}": measured.percentile(share, since_handed=True) for share in (50, 95, 100)},
        "processors": {name: seconds / measured.seconds for name, seconds in measured.cpu.items()},
        "memory_mb": dict(zip(("resident", "anonymous"), measured.memory, strict=True)),
        "typed_late_ms_p95": float(np.percentile(measured.late, 95)) * 1000,
    }


def _page(result: PathRun, notes: str) -> str:
    load, about = result.load, machine()
    steady, typing = f"{load.rate:g} queries a second", f"{load.people} people letter by letter"
    heads = ("", steady, typing, f"{steady}, and they choose", f"{typing}, and they choose")
    every = (result.steady, result.typing, result.steady_choosing, result.typing_choosing)
    rows: list[tuple[str, ...]] = [
        ("typed a second", *(f"{len(each.queries) / each.seconds:.0f}" for each in every)),
        ("answered a second", *(f"{each.a_second:.0f}" for each in every)),
        ("stickers chosen a second", *(f"{each.choices / each.seconds:.1f}" for each in every)),
        ("superseded, not answered", *(f"{each.superseded}" for each in every)),
        ("waited for in vain", *(f"{each.unanswered}" for each in every)),
        *(
            (f"{name}, {label} ms", *(f"{each.percentile(share, since_handed=handed):.1f}" for each in every))
            for name, handed in (("getUpdates to answerInlineQuery", True), ("typing to answerInlineQuery", False))
            for label, share in (("p50", 50), ("p95", 95), ("longest", 100))
        ),
        *(
            (f"processors taken by the {name}", *(f"{each.cpu[name] / each.seconds:.2f}" for each in every))
            for name in ("bot", "stand-in", "typists")
        ),
        *(
            (f"the bot's memory, {name}, MB", *(f"{each.memory[which]:,.0f}" for each in every))
            for which, name in enumerate(("resident", "of which anonymous"))
        ),
        ("typed too late, p95 ms", *(f"{float(np.percentile(each.late, 95)) * 1000:.1f}" for each in every)),
    ]
    command = "--data DIR --learnt DIR" if result.ready else f"--size {load.size}"
    learnt = "as much learnt as a night would, made up" if result.ready else f"{load.choices:,} choices learnt from"
    return f"""# The whole path of an inline query, {load.size:,} stickers, ranked by {load.ranking}

Written by `python -m benchmarks.path {command} --ranking {load.ranking}`; do not edit.

The bot (`persrv run`) over HTTP against the stand-in of Telegram, {learnt},
{load.seconds:g} s of each load after {load.warm:g} s of warming up.

The first load is open: queries come at their time, whatever became of the ones before. In the second each person types
a word letter by letter (a query with each letter, every 0.25 to 0.6 s), looks for 1 to 4 s, and types the next; waits
are those of the last letters, whose answers are looked at. Targets: {RATE_TARGET_MS:g} ms at p95 in the first,
{ANSWERS_TARGET:g} answers a second in the second, on two processors that the stand-in shares. Then both once more, of
people who choose a sticker half of the times they have looked: it is recorded, their style is fitted anew, and what
they typed finds it from then on.

{table(rows, heads)}

{about["processor"]}, {about["processors"]} processors, load {about["load"]}: other work may have run beside it.
Python {about["python"]}; commit {about["commit"]}.
{notes}"""
