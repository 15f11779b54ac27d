"""`persrv evaluate`: the paper's tables on a dataset folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from persrv.children import give_way
from persrv.cli.consoles import open_console
from persrv.cli.opening import open_settings

if TYPE_CHECKING:
    from persrv.evaluation.report import Report


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder, or a CSV file of StickerQueries.")],
    out: Annotated[Path, typer.Option(help="Where report.json, report.html, runs/ and split/ go.")],
    systems: Annotated[str | None, typer.Option(help="Only these, separated by commas. Default: all.")] = None,
    ablation: Annotated[bool, typer.Option("--ablation", help="Also what each module adds (paper, table 5).")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the split, the styles, the training and the bootstrap.")] = 0,
    precomputed_only: Annotated[
        bool, typer.Option("--precomputed-only", help="Compute no words, captions or embeddings of the stickers.")
    ] = False,
    by_time: Annotated[bool, typer.Option("--by-time", help="Split interactions.csv by its column ts.")] = False,
    tune: Annotated[bool, typer.Option(help="Choose the weights on the validation part.")] = True,
    background: Annotated[
        bool, typer.Option("--background", hidden=True, help="Yield to the bot; progress as JSON lines.")
    ] = False,
) -> None:
    """The paper's tables on a dataset folder. What is computed of pictures is remembered for the next run."""
    from persrv.bootstrap.evaluating import Options, run_evaluation

    settings = open_settings()
    options = Options(_names(systems), ablation, seed, precomputed_only, by_time, tune)
    if background:
        give_way()
        run_evaluation(dataset, out, settings, options, _tell)
        return
    with _Bars() as bars:
        evaluation = run_evaluation(dataset, out, settings, options, bars.hear)
    _show(evaluation.report)
    open_console().print(f"The whole report: {out / 'report.html'}", markup=False, highlight=False)


def _names(systems: str | None) -> tuple[str, ...] | None:
    """The systems that the option names, or None for all."""
    if systems is None:
        return None
    from persrv.evaluation.evaluate import SYSTEMS

    names = tuple(name.strip() for name in systems.split(",") if name.strip())
    wrong = [name for name in names if name not in SYSTEMS]
    if wrong or not names:
        asked = f"there is no {' and no '.join(wrong)}" if wrong else "none is named"
        raise typer.BadParameter(f"{asked}; there are {', '.join(SYSTEMS)}", param_hint="--systems")
    return names


def _tell(stage: str, done: int, total: int | None) -> None:
    """Progress as a line of JSON, for the process that started this one."""
    sys.stdout.write(json.dumps([stage, done, total]) + "\n")
    sys.stdout.flush()


class _Bars:
    """A bar for each stage."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=open_console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        if self._tasks:
            self._settle()
            self._bars.stop()

    def hear(self, stage: str, done: int, total: int | None) -> None:
        """See `persrv.ports.progress.Progress`."""
        self._bars.start()  # with the first stage: what is wrong before it is said alone
        if stage not in self._tasks:
            self._settle()
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)

    def _settle(self) -> None:
        """End the bars that never had a total: another stage begins, so theirs is over."""
        for task in self._bars.tasks:
            if task.total is None:
                self._bars.update(task.id, completed=1, total=1)


def _show(report: Report) -> None:
    from persrv.evaluation.report import NotRun

    console = open_console()
    # Narrow enough for 80 columns: a cut figure is none.
    table = Table(
        title="Test part, means by user (paper, table 4)",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
        show_edge=False,
    )
    metrics = ("M-MRR@1", "M-MRR@5", "M-MRR@20", "R@1", "R@5", "R@20")
    for heading in ("system", *metrics, "ms p50", "ms p95"):
        table.add_column(heading, justify="left" if heading == "system" else "right", no_wrap=True)
    for name, result in report.systems.items():
        if isinstance(result, NotRun):
            continue
        table.add_row(
            name,
            *(f"{result.metrics[metric]:.4f}" for metric in metrics),
            f"{result.ms_per_query.p50:.2f}",
            f"{result.ms_per_query.p95:.2f}",
        )
    console.print(table)
    for name, result in report.systems.items():
        if isinstance(result, NotRun):
            console.print(f"{name} was not run: {result.reason}", markup=False, highlight=False)
