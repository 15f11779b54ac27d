"""Lets a restored state take the place of the one before, by renames; the next start mends a kill between them.

Beside each part lie `.NAME.restored` until it is swapped in, and `.NAME.replaced` until all are. The database goes
first and comes last: where it is in place and nothing is left to swap in, all was done but to clear away.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from persrv.adapters.backup.format import DATABASE
from persrv.adapters.backup.places import StatePlaces
from persrv.adapters.whole_files import flush
from persrv.errors import StorageError


def homes_of(places: StatePlaces) -> Mapping[str, Path]:
    """Where the parts of a backup belong, in the order in which they are swapped in."""
    return {
        "media": places.media,
        "artefacts": places.artefacts,
        "embeddings": places.embeddings,
        DATABASE: places.database,
    }


def ready_beside(home: Path) -> Path:
    """Where a part is made ready."""
    return home.with_name(f".{home.name}.restored")


def swap(places: StatePlaces) -> None:
    """Let what is ready take its place; whatever goes wrong, everything goes back to where it was.

    :raises OSError: it went wrong.
    """
    away, homes = _away(places), homes_of(places).values()
    undo: list[tuple[Path, Path]] = []
    try:
        for path in away:
            if path.exists():
                aside = _aside(path)
                remove(aside)
                path.replace(aside)
                undo.append((aside, path))
        for home in homes:
            ready_beside(home).replace(home)
            undo.append((home, ready_beside(home)))
    except OSError:
        for here, there in reversed(undo):
            here.replace(there)
        raise
    for folder in {home.parent for home in homes}:
        flush(folder)
    _clear(places)


def is_begun(places: StatePlaces) -> bool:
    """Whether a restore is being made ready, or was when it was killed."""
    return was_cut_off(places) or any(ready_beside(home).exists() for home in homes_of(places).values())


def was_cut_off(places: StatePlaces) -> bool:
    """Whether a restore ended between its renames, or is there just now."""
    return any(_aside(path).exists() for path in _away(places))


def mend(places: StatePlaces) -> bool:
    """End what a killed restore began: undo it, or clear away what it replaced. No restore must run.

    :return: Whether something was undone.
    :raises StorageError: it cannot be told which state is which; nothing was changed.
    :raises OSError: it cannot be written; it can be tried again.
    """
    homes = list(homes_of(places).values())
    if not was_cut_off(places):
        for home in homes:
            remove(ready_beside(home))
        return False
    left = [home for home in homes if ready_beside(home).exists()]
    if not left and places.database.exists():
        _clear(places)
        return False
    # A part that was swapped in is no more ready; any other that is there beside the old one was made since.
    new = [home for home in homes if home not in left and home.exists()]
    if not left or any(path.exists() and _aside(path).exists() for path in _away(places) if path not in new):
        raise StorageError(
            f"A restore into {places.database.parent} was cut off, and something was written there since. The state "
            "before it is in what is named .NAME.replaced: stop the bot, move NAME away where there is one, and rename "
            "each to NAME. Or move all of it away and restore into an empty folder."
        )
    for home in new:
        home.replace(ready_beside(home))
    for path in reversed(_away(places)):
        if _aside(path).exists():
            _aside(path).replace(path)
    for home in homes:
        remove(ready_beside(home))
    return True


def remove(path: Path) -> None:
    """Remove a file or a folder, or nothing where there is none.

    :raises OSError: it cannot be removed.
    """
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _away(places: StatePlaces) -> list[Path]:
    """What makes room. The index goes too: it belongs to the database that was there, and the bot makes it anew."""
    log = [places.database.with_name(places.database.name + ending) for ending in ("-wal", "-shm", "-journal")]
    return [places.database, *log, places.media, places.artefacts, places.embeddings, places.index]


def _clear(places: StatePlaces) -> None:
    """What was replaced may hold words of people who were forgotten since."""
    for path in _away(places):
        remove(_aside(path))


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.replaced")
