"""The numbers of a fine-tuning run, read from a recipe file."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from persrv.errors import ConfigurationError

DEFAULT_RECIPE: Final = Path(__file__).with_name("recipe.toml")
"""Says of every number where it comes from."""
SCHEDULES: Final = ("cosine", "constant")


@dataclass(frozen=True, slots=True)
class Recipe:
    """See `recipe.toml`, which explains every line; it is the only place with defaults."""

    epochs: int
    learning_rate: float
    batch_size: int
    gradient_accumulation: int
    warmup_share: float
    schedule: str
    weight_decay: float
    gradient_clip: float
    lora_rank: int
    lora_alpha: int
    lora_dropout: float
    target_modules: tuple[str, ...]
    gradient_checkpointing: bool
    longest_query: int
    held_out_share: float
    measured_stickers: int
    checkpoint_steps: int
    seed: int

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate of a step.

        :param step: From 0.
        :param steps: Of the whole run.
        """
        warmup = math.ceil(self.warmup_share * steps)
        if step < warmup:
            return self.learning_rate * (step + 1) / (warmup + 1)
        if self.schedule == "constant":
            return self.learning_rate
        done = (step - warmup) / max(1, steps - warmup)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


_RANGES: Final[dict[str, tuple[float, float]]] = {
    "epochs": (1, 1000),
    "learning_rate": (1e-9, 1),
    "batch_size": (1, 4096),
    "gradient_accumulation": (1, 4096),
    "warmup_share": (0, 1),
    "weight_decay": (0, 1),
    "gradient_clip": (1e-6, 1e6),
    "lora_rank": (1, 4096),
    "lora_alpha": (1, 65536),
    "lora_dropout": (0, 0.99),
    "longest_query": (1, 256),
    "held_out_share": (0, 0.9),
    "measured_stickers": (0, 1_000_000),
    "checkpoint_steps": (1, 1_000_000_000),
    "seed": (0, 2**31 - 1),
}


def read_recipe(path: Path = DEFAULT_RECIPE, *, seed: int | None = None) -> Recipe:
    """Read a recipe; a line that it lacks is taken from the default one.

    :param seed: Replaces the recipe's.
    :raises ConfigurationError: the file cannot be read, or a line is wrong; names all of them.
    """
    values = _read(DEFAULT_RECIPE) | _read(path)
    if seed is not None:
        values["seed"] = seed
    types = {field.name: str(field.type) for field in fields(Recipe)}
    problems = [
        f"{path}: {name} is no line of a recipe. There are: {', '.join(types)}." for name in values.keys() - types
    ]
    problems += [f"{path}: {problem}" for name in types if (problem := _problem(name, types[name], values[name]))]
    if problems:
        raise ConfigurationError(sorted(problems))
    return Recipe(**values | {"target_modules": tuple(values["target_modules"])})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError([f"The recipe {path} cannot be read: {error}."]) from error


def _problem(name: str, kind: str, value: Any) -> str | None:
    """What is wrong with a value, or None."""
    if name == "target_modules":
        names = isinstance(value, list) and all(isinstance(item, str) and item.isidentifier() for item in value)
        return None if names and value else f"{name} has to be a list of names of layers, not {value!r}."
    if name == "schedule":
        return None if value in SCHEDULES else f"{name} has to be one of {', '.join(SCHEDULES)}, not {value!r}."
    if kind == "bool":
        return None if isinstance(value, bool) else f"{name} has to be true or false, not {value!r}."
    low, high = _RANGES[name]
    number = isinstance(value, int) if kind == "int" else isinstance(value, int | float)
    if not number or isinstance(value, bool) or not low <= value <= high:
        what = "a whole number" if kind == "int" else "a number"
        return f"{name} has to be {what} from {low:g} to {high:g}, not {value!r}."
    return None
