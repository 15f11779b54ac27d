"""Loading a model of `transformers` by name or from a folder, with errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from persrv.adapters.extras import Heavy
from persrv.errors import ConfigurationError


def check_folder(name: str, *, what: str, wanted: Sequence[str]) -> None:
    """See, before anything heavy is imported, whether a name can be a model's.

    :param name: On the Hugging Face hub, or a folder in the layout of `transformers`.
    :param what: Begins the message, like "The BLIP-2 model".
    :param wanted: Files that have to be in the folder, if it is one.
    :raises ConfigurationError: it looks like a path and is no such folder, or a file is missing in it.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        missing = [file for file in wanted if not (path / file).is_file()]
        if missing:
            raise ConfigurationError([f"{what} {name} is a folder without {', '.join(missing)}. Check the path."])
        return
    # A name on the hub is "owner/model".
    if path.exists() or path.is_absolute() or name.startswith((".", "~")) or name.count("/") != 1:
        raise ConfigurationError([f"{what} {name!r} does not exist, or is no folder. Check the path."])


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
