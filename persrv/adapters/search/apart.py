"""Writing many documents in processes of their own: `python -m persrv.adapters.search.apart FOLDER [CACHE]`.

Whoosh is plain Python: one core writes some five hundred documents a second, and a bot that did so itself would answer
late meanwhile. So a large update is shared out to a process for each core. Each writes an index with one segment in a
folder of its own. Nobody holds the index's lock for that, so that small updates are committed meanwhile; whoever takes
it in the end moves the segments in and makes them visible in one commit.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from whoosh.index import FileIndex

from persrv.adapters.search.files import APART, APART_LOCK_NAME, IndexFiles
from persrv.adapters.search.rows import row
from persrv.adapters.search.schema import INDEX_NAME, Untyped, schema
from persrv.adapters.search.sessions import locked, unwritable
from persrv.children import command, environment, give_way
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.errors import IndexBusy, SearchIndexError
from persrv.text import warm_up

PROCESSES: Final = min(os.cpu_count() or 1, 4)
"""How many at once: each takes a core, and 200 MB for 10,000 documents."""
NICENESS: Final = 5
"""The bot's answers come first, and this before what may take as long as it takes."""
_DOCUMENTS: Final = "documents.json"
_LOOK_SECONDS: Final = 0.1


@contextmanager
def written_apart(
    directory: Path,
    documents: Sequence[StickerDocument],
    cache_dir: Path | None,
    stopped: Callable[[], bool],
    lock_seconds: float,
) -> Iterator[list[Path]]:
    """Write documents, each sticker once, as segments beside the index; no documents, no segments.

    :param directory: Of the index.
    :param cache_dir: See `persrv.text.warm_up`.
    :param lock_seconds: How long to wait for another process that does so.
    :return: The folders, each with an index of one segment on the disk; they are deleted at the end.
    :raises IndexBusy: another process does so, or the index was rewritten meanwhile.
    :raises SearchIndexError: it failed, or `stopped` said so.
    """
    if not documents:
        yield []
        return
    root = directory / APART
    with locked(directory, APART_LOCK_NAME, lock_seconds):
        try:
            shares = [documents[first::PROCESSES] for first in range(min(PROCESSES, len(documents)))]
            # Names of their own: the processes of one that was killed may still be writing into theirs.
            folders = [root / secrets.token_hex(8) for _ in shares]
            for folder, share in zip(folders, shares, strict=True):
                folder.mkdir(parents=True)
                told = [[document.sticker_id, dict(document.texts)] for document in share]
                (folder / _DOCUMENTS).write_text(json.dumps(told), "ascii")
            try:
                _run([[str(folder), *([str(cache_dir)] if cache_dir else [])] for folder in folders], stopped)
            except SearchIndexError:
                _still_there(folders)
                raise
            yield folders
        except OSError as error:
            raise unwritable(error) from error
        finally:
            shutil.rmtree(root, ignore_errors=True)  # also what one that was killed has left


def move_in(files: IndexFiles, folders: Sequence[Path]) -> list[Untyped]:
    """Move segments into the index; they are visible once a commit names them. Hold its lock.

    :return: Whoosh's segments, in the order of the folders.
    :raises IndexBusy: the index was rewritten since they were begun.
    """
    _still_there(folders)
    moved = []
    for folder in folders:
        for segment in FileIndex(IndexFiles(str(folder)), schema=schema())._segments():
            files.adopt(folder / segment.make_filename(segment.COMPOUND_EXT))
            moved.append(segment)
    return moved


def write(folder: Path) -> None:
    """Make the index of a folder from the documents in it."""
    told = json.loads((folder / _DOCUMENTS).read_text("ascii"))
    writer = FileIndex.create(IndexFiles(str(folder)), schema(), INDEX_NAME).writer()
    for sticker_id, texts in told:
        writer.add_document(**row(StickerDocument(sticker_id, {SemanticField(name): texts[name] for name in texts})))
    writer.commit(merge=False)


def _still_there(folders: Sequence[Path]) -> None:
    """Whoever rewrites the index, so that no erased word is left, deletes also what was read before (`files.py`)."""
    if not all((folder / _DOCUMENTS).exists() for folder in folders):
        raise IndexBusy("The search index was rewritten meanwhile. Try again.")


def _run(arguments: Sequence[Sequence[str]], stopped: Callable[[], bool]) -> None:
    processes = []
    try:
        for given in arguments:
            processes.append(
                subprocess.Popen(  # noqa: S603 (this very program)
                    command(__spec__.name, *given, quiet=True),
                    env=environment(os.environ),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        while None in [process.poll() for process in processes]:  # asks each: one that failed ends the others
            if stopped():
                raise SearchIndexError("The search index is closed; the bot is shutting down.")
            if any(process.returncode for process in processes):
                break
            time.sleep(_LOOK_SECONDS)
        for process in processes:
            if process.returncode:
                told = process.stderr.read().strip() if process.stderr else ""
                raise SearchIndexError(f"The search index cannot be written: {told[-500:] or process.returncode}")
    finally:
        for process in processes:
            process.kill()
            process.wait()
            if process.stderr:
                process.stderr.close()


def main() -> None:
    """See the module."""
    give_way(NICENESS)
    folder, *cache = map(Path, sys.argv[1:])
    warm_up(cache[0] if cache else None)
    write(folder)


if __name__ == "__main__":
    main()
