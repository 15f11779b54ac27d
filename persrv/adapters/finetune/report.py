"""What a fine-tuning run leaves beside its adapter: `report.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from persrv.adapters.finetune.pairs import HeldOut, Skipped
from persrv.adapters.finetune.recipe import Recipe
from persrv.adapters.whole_files import replace_file
from persrv.errors import FinetuneFailed
from persrv.semantics.likeness import Measured

REPORT: Final = "report.json"
REPORTED: Final = {
    "source": "PerSRV (WWW 2025), table 6, on its own data: not to be compared with the numbers here",
    "bleu": {
        "base": {"overall": 3e-10, "without_text": None, "with_text": None},
        "tuned": {"overall": 0.3625, "without_text": 0.3829, "with_text": 0.3580},
    },
    "cosine": {
        "base": {"overall": 0.3756, "without_text": 0.3757, "with_text": 0.3755},
        "tuned": {"overall": 0.6863, "without_text": 0.6979, "with_text": 0.6837},
    },
}
"""The paper's figures."""
SHOWN: Final = 50
"""Examples in the report."""


@dataclass(frozen=True, slots=True)
class Example:
    """What was said of a held-out sticker, before and after."""

    docid: str
    references: tuple[str, ...]
    base: str
    tuned: str


@dataclass(frozen=True, slots=True)
class FinetuneReport:
    """A run's outcome; `report.json` has the same names.

    :param fingerprint: Of dataset, model and recipe: a finished run is known by it.
    :param loss_by_epoch: Mean loss of each epoch's steps.
    :param held_out: Stickers that training never saw, of which `measured` were captioned.
    :param bleu_signature: sacrebleu's, or None.
    :param text_encoder: Its name, or None.
    """

    fingerprint: str
    model: str
    recipe: Recipe
    pairs: int
    stickers: int
    held_out: int
    measured: int
    loss_by_epoch: tuple[float, ...]
    base: Measured
    tuned: Measured
    bleu_signature: str | None
    text_encoder: str | None
    examples: tuple[Example, ...]
    skipped: tuple[Skipped, ...]
    versions: dict[str, str]


def loss_by_epoch(losses: Sequence[float], epochs: int) -> tuple[float, ...]:
    """The mean of each epoch's losses, all epochs being of one length."""
    length = len(losses) // epochs
    return tuple(fmean(losses[epoch * length : (epoch + 1) * length]) for epoch in range(epochs))


def examples(stickers: Sequence[HeldOut], base: Sequence[str], tuned: Sequence[str]) -> tuple[Example, ...]:
    """The first `SHOWN`."""
    triples = list(zip(stickers, base, tuned, strict=True))[:SHOWN]
    return tuple(Example(sticker.docid, sticker.references, *said) for sticker, *said in triples)


def write_report(out: Path, report: FinetuneReport) -> None:
    """Write `report.json` whole or not at all.

    :raises FinetuneFailed: it cannot be written.
    """
    content: dict[str, Any] = asdict(report) | {"reported": REPORTED}
    content["table6"] = {
        name: {model: content[model][name] for model in ("base", "tuned")} for name in ("bleu", "cosine", "best_cosine")
    }
    del content["base"], content["tuned"]
    try:
        replace_file(out / REPORT, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise FinetuneFailed(f"The report {out / REPORT} cannot be written: {error}.") from error


def finished(out: Path, fingerprint: str) -> bool:
    """Whether the folder holds this very run's report, the last thing that a run writes.

    :raises FinetuneFailed: it holds another run's.
    """
    path = out / REPORT
    if not path.is_file():
        return False
    try:
        same = json.loads(path.read_text("utf-8")).get("fingerprint") == fingerprint
    except (OSError, ValueError, AttributeError):
        same = False
    if not same:
        raise FinetuneFailed(
            f"{out} holds the adapter of a run with another dataset, model, recipe or seed. Choose another --out."
        )
    return True
