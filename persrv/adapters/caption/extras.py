"""The heavy libraries of the extra `llava`, imported when they are first used."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from persrv.adapters.extras import imported


@dataclass(frozen=True, slots=True)
class Heavy:
    """The modules themselves, untyped: none of them is installed where the types are checked."""

    torch: Any
    transformers: Any
    peft: Any


def heavy(wanted_by: str) -> Heavy:
    """Import torch, transformers and peft, and see that accelerate is there.

    :param wanted_by: Begins the message, like "PERSRV_CAPTION_ENGINE=llava".
    :raises ConfigurationError: one is missing, or breaks as it is imported; says how to install them.
    """
    names = ("torch", "transformers", "peft", "accelerate")
    torch, transformers, peft, _ = imported(wanted_by, "llava", names, classes=("LlavaForConditionalGeneration",))
    return Heavy(torch, transformers, peft)


@contextmanager
def known_warnings() -> Iterator[None]:
    """Silence what peft does the old way, which nobody but peft can change."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        yield
