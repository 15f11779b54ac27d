"""The heavy libraries of the extra `llava`, imported when they are first used."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from persrv.errors import ConfigurationError

INSTALL: Final = "pip install 'persrv[llava]'"


@dataclass(frozen=True, slots=True)
class Heavy:
    """The modules themselves, untyped: none of them is installed where the types are checked."""

    torch: Any
    transformers: Any
    peft: Any


def heavy(wanted_by: str) -> Heavy:
    """Import torch, transformers and peft.

    :param wanted_by: Begins the message, like "PERSRV_CAPTION_ENGINE=llava".
    :raises ConfigurationError: one is missing, or breaks as it is imported; says how to install them.
    """
    try:
        modules = Heavy(*(import_module(name) for name in ("torch", "transformers", "peft")))
        modules.transformers.LlavaForConditionalGeneration  # noqa: B018  # it imports what it has on first use
        import_module("accelerate")
    except (ImportError, AttributeError, OSError, RuntimeError) as error:  # a shared library, or a wrong pairing
        raise ConfigurationError(
            [f"{wanted_by} needs torch, transformers, peft and accelerate ({error}). Install them: {INSTALL}"]
        ) from error
    return modules


@contextmanager
def known_warnings() -> Iterator[None]:
    """Silence what peft does the old way, which nobody but peft can change."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        yield
