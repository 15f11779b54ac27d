"""A training run's state on disk: whole or not at all, and only ever continued by the same run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from persrv.adapters.finetune.pairs import TrainingSet
from persrv.adapters.finetune.recipe import Recipe
from persrv.adapters.whole_files import flush
from persrv.errors import FinetuneFailed

CHECKPOINT: Final = "checkpoint.pt"
_HARMLESS: Final = ("checkpoint_steps", "measured_stickers")
"""Lines of a recipe that do not change what is learnt: they may change before a run goes on."""


@dataclass(slots=True)
class State:
    """Where a run is.

    :param fingerprint: Of the run; see `fingerprint`.
    :param step: Steps done.
    :param losses: One for each step done.
    :param adapter: peft's state dict.
    :param optimiser: torch's state dict.
    """

    fingerprint: str
    step: int
    losses: list[float]
    adapter: dict[str, Any]
    optimiser: dict[str, Any]


def fingerprint(recipe: Recipe, training_set: TrainingSet, model: str) -> str:
    """Changes with anything that changes what is learnt."""
    numbers = {name: value for name, value in asdict(recipe).items() if name not in _HARMLESS}
    text = json.dumps([numbers, training_set.digest, model], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def save_state(torch: Any, out: Path, state: State) -> None:
    """Replace the checkpoint in a folder; a kill or a full disk leaves the one before.

    :raises FinetuneFailed: it cannot be written.
    """
    path, beside = out / CHECKPOINT, out / f"{CHECKPOINT}.new"
    try:
        with beside.open("wb") as file:
            torch.save({name: getattr(state, name) for name in State.__slots__}, file)
        flush(beside)
        beside.replace(path)
    except (OSError, RuntimeError) as error:  # torch says RuntimeError for a full disk
        raise FinetuneFailed(f"The checkpoint {path} cannot be written: {error}. Free some space and go on.") from error


def load_state(torch: Any, out: Path, wanted: str) -> State | None:
    """The state to go on from, or None where there is none yet.

    :param wanted: The fingerprint of this run.
    :raises FinetuneFailed: it is damaged, or another run's.
    """
    path = out / CHECKPOINT
    if not path.is_file():
        return None
    try:
        state = State(**torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # pickle, zip and torch each raise their own kinds
        raise FinetuneFailed(
            f"The checkpoint {path} is damaged ({type(error).__name__}). Delete it to begin anew."
        ) from error
    if state.fingerprint != wanted:
        raise FinetuneFailed(
            f"The checkpoint {path} is of a run with another dataset, model, recipe or seed. Choose another --out, or "
            "delete it to begin anew."
        )
    return state
