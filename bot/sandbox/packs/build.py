"""Draws the sample packs once and keeps the files."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import multiprocessing
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from bot.sandbox.packs.extras import drawing_versions, require_extras
from bot.sandbox.packs.model import SamplePack, SampleSticker
from bot.sandbox.packs.registry import DESIGNS, PackDesign
from persrv.errors import ConfigurationError, StorageError

Progress = Callable[[int, int], None]
"""Called with how many stickers are drawn and how many are to be drawn; what it raises stops the drawing."""
_HERE = Path(__file__).parent
_NOT_DRAWING = frozenset({"__init__.py", "build.py", "extras.py", "model.py", "registry.py"})
"""A change in these changes no picture."""
_WORTH_A_POOL = 16
"""Below so many stickers, starting processes takes longer than drawing."""
_FOLDER = re.compile(r"(?P<key>[a-z]+)-[0-9a-f]{10}")
"""A drawn pack's folder: its key and its fingerprint."""
_STALE_AFTER = 3600.0
"""Seconds after which a half-written file belongs to nobody any more."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One file to draw."""

    module: str
    function: str
    key: str
    target: Path


def build_sample_packs(
    cache_dir: Path, *, only: Collection[str] | None = None, progress: Progress | None = None
) -> tuple[SamplePack, ...]:
    """Return the sample packs, drawing what `cache_dir` does not hold yet.

    Files are written whole or not at all, so an interrupted run goes on where it stopped. Each pack's
    folder is named for the code and the libraries that drew it: when those change, it is drawn again, and
    what earlier versions drew is removed.

    :param cache_dir: Made if it does not exist.
    :param only: Keys of packs ("mochi"), names of their sets, or single stickers ("mochi/laugh"); None: all.
    :param progress: Called in this thread with 0 first and after each sticker drawn; not called if nothing is
        to be drawn.
    :raises ConfigurationError: if the `sandbox` extra is needed and missing, or `only` names no pack.
    :raises StorageError: if the files cannot be written.
    """
    versions = drawing_versions()
    packs: list[SamplePack] = []
    jobs: list[_Job] = []
    folders: dict[str, Path] = {}
    for design in _chosen(only):
        folder = folders[design.key] = cache_dir / f"{design.key}-{_fingerprint(design, versions)}"
        stickers = []
        for sticker in design.stickers:
            target = folder / f"{sticker.key}{design.format.suffix}"
            stickers.append(SampleSticker(target, design.format, sticker.emoji))
            if not _whole(target):
                jobs.append(_Job(f"bot.sandbox.packs.styles.{design.module}", design.function, sticker.key, target))
        packs.append(SamplePack(design.name, design.title, tuple(stickers), design.credit))
    if jobs:
        require_extras()
        try:
            _draw_all(jobs, progress)
        except OSError as error:
            raise StorageError(
                f"The sample stickers cannot be written to {cache_dir} ({error.strerror or error}). "
                "Make room there, or choose another folder."
            ) from error
    _remove_older(cache_dir, folders)
    return tuple(packs)


def _chosen(only: Collection[str] | None) -> Iterator[PackDesign]:
    if only is None:
        yield from DESIGNS
        return
    left = set(only)
    for design in DESIGNS:
        names = {design.key, design.name}
        stickers = design.stickers
        if not names & left:
            stickers = tuple(each for each in stickers if f"{design.key}/{each.key}" in left)
        left -= names | {f"{design.key}/{each.key}" for each in design.stickers}
        if stickers:
            yield replace(design, stickers=stickers)
    if left:
        known = ", ".join(design.key for design in DESIGNS)
        raise ConfigurationError([f"There is no sample pack {', '.join(sorted(left))}. There are: {known}."])


def _fingerprint(design: PackDesign, versions: str) -> str:
    """Return ten hex digits of everything that decides how a pack looks."""
    digest = hashlib.sha256(f"{versions}\n{design.function}".encode())
    for file in sorted((*_HERE.glob("*.py"), *(_HERE / "styles").glob(f"{design.module}*.py"))):
        if file.name not in _NOT_DRAWING:
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:10]


def _whole(target: Path) -> bool:
    # A machine that lost power may leave a name without its bytes.
    try:
        return target.stat().st_size > 0
    except (FileNotFoundError, NotADirectoryError):
        return False


def _draw(job: _Job) -> None:
    """Draw one sticker and put its file in place in one step."""
    data: bytes = getattr(importlib.import_module(job.module), job.function)(job.key)
    part = job.target.with_name(f"{job.target.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(job.target)


def _draw_all(jobs: list[_Job], progress: Progress | None) -> None:
    for folder in {job.target.parent for job in jobs}:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
    for done, _ in enumerate(itertools.chain((None,), _drawn(jobs))):
        if progress is not None:
            progress(done, len(jobs))


def _drawn(jobs: list[_Job]) -> Iterable[_Job]:
    """Draw all, yielding each job that is done."""
    processes = min(os.cpu_count() or 1, 8)
    if processes > 1 and len(jobs) >= _WORTH_A_POOL:
        try:
            yield from _drawn_in_pool(jobs, processes)
        except BrokenProcessPool:
            # No child could start (a main module that cannot be imported) or one was killed: go on alone.
            jobs = [job for job in jobs if not _whole(job.target)]
        else:
            return
    for job in jobs:
        _draw(job)
        yield job


def _drawn_in_pool(jobs: list[_Job], processes: int) -> Iterator[_Job]:
    # Spawned, not forked: whoever calls may have threads.
    context = multiprocessing.get_context("spawn")
    # Videos take longest: begin with them, or one process ends up waiting for the other.
    order = sorted(jobs, key=lambda job: job.target.suffix != ".webm")
    # Ctrl+C reaches the whole group of processes: the parent ends the pool, its children say nothing.
    quiet = (signal.SIGINT, signal.SIG_IGN)
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=signal.signal, initargs=quiet)
    try:
        futures = {pool.submit(_draw, job): job for job in order}
        for future in as_completed(futures):
            future.result()
            yield futures[future]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _sweep(folder: Path) -> None:
    """Remove what interrupted runs left half-written."""
    for part in folder.glob("*.part"):
        try:
            if part.stat().st_mtime < time.time() - _STALE_AFTER:
                part.unlink()
        except FileNotFoundError:
            continue  # its owner has just finished it


def _remove_older(cache_dir: Path, folders: dict[str, Path]) -> None:
    """Remove the folders that other versions of these packs' drawings left.

    :param folders: The folders in use, by the packs' keys.
    """
    for folder in cache_dir.iterdir() if cache_dir.is_dir() else ():
        named = _FOLDER.fullmatch(folder.name)
        if named and folder != folders.get(named["key"], folder):
            # What cannot be removed only takes room.
            shutil.rmtree(folder, ignore_errors=True)
