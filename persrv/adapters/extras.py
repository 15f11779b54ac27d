"""The heavy libraries, imported when a model is first opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from persrv.errors import ConfigurationError

INSTALL: Final = "pip install 'persrv[baselines]'"


@dataclass(frozen=True, slots=True)
class Heavy:
    """The modules themselves, untyped: they need not be installed where the types are checked."""

    torch: Any
    transformers: Any


def heavy(wanted_by: str, *, classes: Sequence[str] = (), also: Sequence[str] = ()) -> Heavy:
    """Import torch and transformers.

    :param wanted_by: Begins the message, like "The system blip2".
    :param classes: What is wanted out of transformers, which imports its parts on first use.
    :param also: Further modules that have to be there.
    :raises ConfigurationError: one is missing, or breaks as it is imported; says how to install them.
    """
    try:
        modules = Heavy(import_module("torch"), import_module("transformers"))
        for name in also:
            import_module(name)
        for name in classes:
            getattr(modules.transformers, name)
    except (ImportError, AttributeError, OSError, RuntimeError) as error:  # a shared library, or a wrong pairing
        needed = ", ".join(("torch", "transformers", *also))
        raise ConfigurationError([f"{wanted_by} needs {needed} ({error}). Install them: {INSTALL}"]) from error
    return modules


def torch_alone(wanted_by: str) -> Any:
    """Import torch, for what needs nothing else.

    :raises ConfigurationError: as `heavy`.
    """
    try:
        return import_module("torch")
    except (ImportError, OSError, RuntimeError) as error:
        raise ConfigurationError([f"{wanted_by} needs torch ({error}). Install it: {INSTALL}"]) from error
