"""docs/results.md."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping

from benchmarks.markdown import table
from benchmarks.quality.measure import VIEWS, Forgiveness, Measured
from benchmarks.quality.spared import Spared
from persrv.evaluation.scoring import MAIN

SHOWN = ("M-MRR@1", "M-MRR@5", "M-MRR@10", "M-MRR@20", "R@20")
ABOUT = {
    "split": "Its own split. The weights of bm25-ocr, persrv and persrv-plus were chosen on its validation part.",
    "live": "The log as it came, cut at 2024-06-05: train is what is before, test what is after, repeats and all. "
    "Nothing is tuned: the weights are the ones that the bot has. Four people joined two days before the cut and have "
    "3 to 8 choices to be known by (cold); each counts as much in the mean as the others.",
    "stripped": "Half of the stickers, drawn at random, lose all their training clicks; test asks for these stickers "
    "alone. Nothing is tuned.",
    "zh": "StickerQueries, Chinese: a fifth of the labels is held out, five times with another seed. No users and no "
    "pictures, so that popularity, styles and OCR say nothing. The weights of persrv-plus were chosen inside of train, "
    "where an eighth was held out once more.",
    "en": "StickerQueries, English, in the same way.",
}
TITLES = {
    "split": "stickerbench, random split",
    "live": "stickerbench, live log by time",
    "stripped": "stickerbench, stickers that nobody chose yet",
    "zh": "StickerQueries, Chinese",
    "en": "StickerQueries, English",
}
LIMITS = """## What this can and cannot support
- That recall by words, by past queries and by a sticker's own texts works, alone and together, on queries that were
  asked before and on new ones; that personal ranking finds a taste from few choices and leaves others alone.
- No claim about real people: the users of stickerbench are simulated, and a gain by style has the size that the
  simulation gave it. `set` in its `stickers.jsonl` names an artist's pack; persrv-plus averages styles over a set and
  so knows it.
- Its queries were drawn from the emoji's keyword tables, and 39 % of its stickers tell their emoji: a system that
  expands emoji with such a table, as persrv-plus and row 6 of the ablation do and persrv does not, has read a
  part of the answer. StickerQueries has no such leak.
- No figure here compares with the paper's: its data set is not public. Who has it runs `persrv evaluate` on it."""


def page(found: Mapping[str, Measured], forgiveness: Forgiveness | None = None) -> str:
    """The whole page.

    :param found: By name: split, live, stripped, zh, en; at least one.
    """
    commit = next(iter(found.values())).commit
    parts = [
        "# Results",
        f"Written by `{command(found)}` from commit {commit[:10]}; do not edit. Figures are means over a "
        "person's queries, then over people.",
        "## What was to be reached\n"
        + table(_targets(found, forgiveness), ("on", "figure", "to reach", "measured", "")),
    ]
    parts += [_section(name, found[name]) for name in ABOUT if name in found]
    if forgiveness is not None:
        parts.append(_forgiveness(forgiveness))
    return "\n\n".join([*parts, LIMITS]) + "\n"


def command(found: Container[str]) -> str:
    """What writes the page again, where DIR is the data set's folder."""
    options = {"--stickerbench": ("split", "live", "stripped"), "--stickerqueries": ("zh", "en")}
    given = [f"{option} DIR" for option, names in options.items() if any(name in found for name in names)]
    return " ".join(["python -m benchmarks.quality", *given])


def _targets(found: Mapping[str, Measured], forgiveness: Forgiveness | None) -> Iterable[tuple[str, ...]]:
    def row(name: str, figure: str, least: float, value: float) -> tuple[str, ...]:
        return TITLES[name], figure, f"at least {least:.3f}", _number(value), "yes" if value >= least else "**no**"

    if "split" in found:
        plus, faithful = (found["split"].systems[name] for name in ("persrv-plus", "persrv"))
        yield row("split", "M-MRR@20", 0.55, plus.metrics[MAIN])
        yield row("split", "residual", 0.65, plus.views["residual"])
        yield row("split", "unseen queries", 0.50, plus.views["unseen-queries"])
        yield row("split", "cold users, persrv's being", faithful.views["cold-users"], plus.views["cold-users"])
    for name, least in (("live", 0.90), ("stripped", 0.20), ("zh", 0.115), ("en", 0.210)):
        if name in found:
            yield row(name, "M-MRR@20", least, found[name].systems["persrv-plus"].metrics[MAIN])
    for name in ("split", "live"):
        if name in found and (spared := found[name].without_style) is not None:
            yield row(name, "people without a style, against the order without style", 0.0, spared.gain)
    if forgiveness is not None:
        for slip in forgiveness.slips:
            reached = "yes" if slip.forgiving >= 0.8 else "**no**"
            yield f"queries with {slip.slip}", "R@20", "at least 0.800", _number(slip.forgiving), reached
        reached = "yes" if forgiveness.loss <= 0.005 else "**no**"
        yield "queries typed well", "loss of M-MRR@20", "at most 0.005", _number(forgiveness.loss), reached


def _forgiveness(found: Forgiveness) -> str:
    heads = ("typed with", "pairs", "R@20 typed well", "R@20", "with `PERSRV_FORGIVING=false`")
    rows = [
        (slip.slip, str(slip.pairs), *(_number(value) for value in (slip.clean, slip.forgiving, slip.strict)))
        for slip in found.slips
    ]
    return (
        "## stickerbench, queries that are mistyped\n\nQueries of the test part, drawn at random, each mistyped once; "
        "nothing is tuned. The slips are drawn by `benchmarks/quality/slips.py`, which shares no code with what "
        f"forgives them. Who types well loses {found.loss:.4f} of M-MRR@20.\n\n" + table(rows, heads)
    )


def _section(name: str, found: Measured) -> str:
    spread = found.spread or {}
    heads = ("system", *SHOWN, *(f"{view} M-MRR@20" for view in VIEWS))
    rows = []
    for system, figures in found.systems.items():
        numbers = [_number(figures.metrics[metric]) for metric in SHOWN]
        if system in spread:
            numbers[SHOWN.index(MAIN)] += f" ± {spread[system]:.4f}"
        rows.append((f"`{system}`", *numbers, *(_number(figures.views[view]) for view in VIEWS)))
    parts = [f"## {TITLES[name]}", ABOUT[name], f"{found.pairs} (person, query) pairs.", table(rows, heads)]
    if found.gain is not None:
        gain = found.gain
        parts.append(
            f"persrv-plus against persrv in M-MRR@20: {gain.by_user:+.4f} (95 of 100 draws of the people: "
            f"{gain.low:+.4f} to {gain.high:+.4f}; paired t-test over pairs p = {gain.p:.2g}; "
            f"{gain.win} better, {gain.tie} equal, {gain.loss} worse)."
        )
    if found.without_style is not None:
        parts.append(_spared(found.without_style))
    if found.ablation:
        parts.append(table([(label, _number(value)) for label, value in found.ablation], ("ablation", MAIN)))
    return "\n\n".join(parts)


def _spared(found: Spared) -> str:
    return (
        f"People without a style: of {found.people} the train clicks spread over the packs as chance would have it "
        "(chi-square, p from .01 up; no ranking sees this). Style as it is served changes "
        f"{found.changed} of their {found.pairs} rankings, and their M-MRR@20 by {found.gain:+.4f}, against the same "
        f"weights with `PERSRV_PLUS_STYLE=0` (95 of 100 draws of their pairs: {found.low:+.4f} to {found.high:+.4f})."
    )


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"
