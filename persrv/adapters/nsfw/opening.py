"""The NSFW engine that the settings name."""

from __future__ import annotations

from typing import Final

from persrv.adapters.nsfw.opennsfw import OpenNsfwEngine
from persrv.errors import ConfigurationError
from persrv.ports.nsfw import NsfwEngine

NSFW_ENGINES: Final = ("opennsfw", "none")
"""What `PERSRV_NSFW_ENGINE` may be; the first is the default."""
MOST_THREADS: Final = 2
"""More threads for one picture only wait for each other, and take the processor from inline answers."""


def open_nsfw(name: str, threads: int = 1) -> NsfwEngine | None:
    """Open the engine of that name; its model is loaded now. None for none.

    :param name: One of `NSFW_ENGINES`.
    :param threads: Processor threads for one picture, 1 or 2.
    :raises ConfigurationError: no such engine, or one that is not installed; or a wrong number of threads.
    """
    if not 1 <= threads <= MOST_THREADS:
        raise ConfigurationError([f"A sticker is scored with 1 or {MOST_THREADS} threads, not {threads}."])
    match name:
        case "opennsfw":
            return OpenNsfwEngine(threads)
        case "none":
            return None
        case _:
            raise ConfigurationError([f"PERSRV_NSFW_ENGINE wants one of {', '.join(NSFW_ENGINES)}, not {name!r}."])
