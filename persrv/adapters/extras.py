"""The heavy libraries of the extras, imported when a model is first opened."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from persrv.errors import ConfigurationError


def imported(wanted_by: str, extra: str, names: Sequence[str], *, classes: Sequence[str] = ()) -> list[Any]:
    """Import modules, untyped: they need not be installed where the types are checked.

    :param wanted_by: Begins the message, like "The system blip2" or "PERSRV_CAPTION_ENGINE=llava".
    :param extra: What they are installed with.
    :param classes: What is wanted out of transformers, which imports its parts on first use.
    :raises ConfigurationError: one is missing, or breaks as it is imported; says how to install them.
    """
    try:
        modules = [import_module(name) for name in names]
        for name in classes:
            getattr(import_module("transformers"), name)
    except (ImportError, AttributeError, OSError, RuntimeError) as error:  # a shared library, or a wrong pairing
        what = "it" if len(names) == 1 else "them"
        raise ConfigurationError(
            [f"{wanted_by} needs {', '.join(names)} ({error}). Install {what}: pip install 'persrv[{extra}]'"]
        ) from error
    return modules
