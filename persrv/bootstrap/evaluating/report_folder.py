"""The files of a report: `report.json`, `report.html`, `chart.png`, `runs/` and `split/`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from persrv.adapters.dataset import PARTS, FolderStickerFiles, log_text, thumbnail
from persrv.adapters.whole_files import replace_file
from persrv.domain.dataset import Dataset, SplitKind
from persrv.errors import StorageError
from persrv.evaluation.cases import most_chosen, pick_cases
from persrv.evaluation.page import render_page, systems_picture
from persrv.evaluation.report import Evaluation
from persrv.evaluation.report_json import report_json
from persrv.evaluation.run_files import run_lines

RUNS: Final = "runs"
SPLIT: Final = "split"
"""The parts of a log that did not come in parts: whoever recomputes the figures needs the test part."""


def make_room(out: Path) -> None:
    """Make the folder of the report; asked before anything is computed.

    :raises StorageError: `out` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise StorageError(f"{out} cannot be written ({error.strerror}): choose another folder for --out.") from error


def write_report(out: Path, evaluation: Evaluation, dataset: Dataset, files: FolderStickerFiles) -> None:
    """Write every file whole or not at all, `report.json` last. What an earlier run left goes.

    :param dataset: What was evaluated.
    :param files: Of its stickers, for the pictures of the case studies.
    :raises StorageError: one of them cannot be written.
    """
    text = report_json(evaluation.report)
    cases = pick_cases(evaluation.pairs, evaluation.ablation_runs, most_chosen(dataset.train))
    page = render_page(evaluation.report, cases, lambda docid: thumbnail(files, docid))
    picture = systems_picture(evaluation.report)
    try:
        _write_runs(out / RUNS, evaluation)
        _write_split(_split(dataset, out))
        replace_file(out / "report.html", page)
        replace_file(out / "chart.png", picture)
        replace_file(out / "report.json", text)
    except OSError as error:
        raise StorageError(f"The report cannot be written into {out} ({error.strerror}): make room there.") from error


def _write_runs(folder: Path, evaluation: Evaluation) -> None:
    folder.mkdir(exist_ok=True)
    paths = {folder / f"{name}.trec": run for name, run in evaluation.runs.items()}
    for path, run in paths.items():
        replace_file(path, "".join(run_lines(evaluation.pairs, run.rankings)))
    for stale in set(folder.glob("*.trec")) - set(paths):
        stale.unlink()  # of an earlier run with other systems: it does not belong to this report


def _split(dataset: Dataset, out: Path) -> Mapping[Path, str | None]:
    """The files of the parts, with None for those of an earlier run that do not belong to this one."""
    paths = [out / SPLIT / f"{part}.csv" for part in PARTS]
    if dataset.split is SplitKind.GIVEN:
        mine = Path(dataset.source).resolve() == (out / SPLIT).resolve()
        return {} if mine else dict.fromkeys(paths)
    parts = (dataset.train, dataset.valid, dataset.test)
    timed = any(row.ts is not None for part in parts for row in part)
    return {path: log_text(part, timed=timed) for path, part in zip(paths, parts, strict=True)}


def _write_split(split: Mapping[Path, str | None]) -> None:
    for path, log in split.items():
        if log is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(exist_ok=True)
        replace_file(path, log)
