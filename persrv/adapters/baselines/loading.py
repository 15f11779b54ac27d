"""Loading a model of `transformers` by name or from a folder, with errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from persrv.adapters.extras import imported
from persrv.errors import ConfigurationError

EXTRA: Final = "baselines"
"""What the libraries are installed with."""


@dataclass(frozen=True, slots=True)
class Heavy:
    """The modules themselves, untyped: they need not be installed where the types are checked."""

    torch: Any
    transformers: Any


def heavy(wanted_by: str, *, classes: Sequence[str] = (), also: Sequence[str] = ()) -> Heavy:
    """Import torch and transformers.

    :param wanted_by: Begins the message, like "The system blip2".
    :param classes: What is wanted out of transformers.
    :param also: Further modules that have to be there.
    :raises ConfigurationError: one is missing, or breaks as it is imported; says how to install them.
    """
    torch, transformers, *_ = imported(wanted_by, EXTRA, ("torch", "transformers", *also), classes=classes)
    return Heavy(torch, transformers)


def check_type(name: str, modules: Heavy, *, what: str, model_type: str, example: str) -> None:
    """See that the checkpoint says it is of the wanted type.

    :raises ConfigurationError: its description cannot be read, or it is of another type.
    """
    with loading(name, what):
        found = modules.transformers.AutoConfig.from_pretrained(str(Path(name).expanduser())).model_type
    if found != model_type:
        raise ConfigurationError([f"{what} {name} is a model of type {found}, not {model_type}. Take {example}."])


@contextmanager
def loading(name: str, what: str) -> Iterator[None]:
    """Turn whatever goes wrong while a checkpoint is read into a ConfigurationError."""
    try:
        yield
    except ConfigurationError:
        raise
    except Exception as error:  # OSError, ValueError, KeyError, safetensors' own ...
        reason = " ".join(str(error).split())[:300]
        raise ConfigurationError([f"{what} {name} cannot be loaded: {type(error).__name__}: {reason}"]) from error


def check_complete(name: str, found: dict[str, Any], *, what: str) -> None:
    """See that every weight came out of the checkpoint, and none was made up.

    :param found: The loading info of `from_pretrained`.
    :raises ConfigurationError: some are missing, or of another shape.
    """
    lost = sorted({*found["missing_keys"], *map(str, found["mismatched_keys"])})
    if lost:
        raise ConfigurationError(
            [f"{what} {name} is incomplete: {len(lost)} weights are missing ({lost[0]}). Fetch it again."]
        )


def chosen_device(device: str | None, torch: Any) -> str:
    """The device that is named, or a GPU where there is one.

    :param torch: The module.
    :raises ConfigurationError: there is no such device here.
    """
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(1, device=chosen)
    except (RuntimeError, AssertionError) as error:  # torch without CUDA asserts
        reason = str(error).splitlines()[0]
        raise ConfigurationError([f'There is no device {chosen!r} here ({reason}). Take "cuda" or "cpu".']) from error
    return chosen


def chosen_dtype(dtype: str | None, device: str, torch: Any) -> Any:
    """The number type that is named, or float16 on a GPU and float32 on a processor.

    :param dtype: "float32", "float16", "bfloat16" or None.
    :param torch: The module.
    :raises ConfigurationError: another name.
    """
    known = ("float32", "float16", "bfloat16")
    if dtype is not None and dtype not in known:
        raise ConfigurationError([f"A number type is one of {', '.join(known)}, not {dtype!r}."])
    return getattr(torch, dtype or ("float16" if device.startswith("cuda") else "float32"))


def weights_version(name: str, config: Any) -> str:
    """What tells two checkpoints apart: the hub's commit; of a folder, the sizes and times of its files.

    :param config: The loaded model's, in which transformers notes the commit.
    """
    path = Path(name).expanduser()
    if not path.is_dir():
        commit = getattr(config, "_commit_hash", None)
        return f"{name}@{commit[:12]}" if commit else name
    files = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in path.iterdir() if file.is_file()]
    return f"{path.name}@{sha256(json.dumps(sorted(files)).encode()).hexdigest()[:12]}"
