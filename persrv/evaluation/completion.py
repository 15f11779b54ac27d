"""Computing what a dataset does not say of its stickers: words, captions, and vectors of style.

The same engines, the same views and the same filters as the nightly jobs. Nothing of the log is read here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.dataset import Embeddings, StickerTable
from persrv.domain.packed import PackedTexts, TextPacker
from persrv.domain.semantics import SemanticField
from persrv.domain.work import VIEWS, Maker, Task
from persrv.errors import MediaError, OcrFailed
from persrv.evaluation.systems.system import StyleVectors
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.ports.computed import ComputedStore, StickerFiles
from persrv.ports.embedding import ImageEncoder
from persrv.ports.media import Frames
from persrv.ports.ocr import OcrEngine
from persrv.ports.progress import Progress, silent
from persrv.preference.space import fit_space
from persrv.semantics.ocr import ocr_text

BATCH: Final = 16
"""Stickers between two writes of the memory: what a kill makes us do again."""
CAPTION_FIELDS: Final = (SemanticField.KEYWORDS, SemanticField.DESCRIPTION, SemanticField.EMOTIONS)
NAMED: Final = 3
"""Stickers of a kind of trouble that are named in a note."""

CaptionBatch = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Caption | CaptionFailure]]
"""A `Captioner`'s work, from code that is not async."""


@dataclass(frozen=True, slots=True)
class Captions:
    """A captioner, and what it is remembered by."""

    maker: Maker
    caption: CaptionBatch


@dataclass(frozen=True, slots=True, eq=False)
class Completed:
    """A catalogue with what was computed, and what a reader should know of that, in sentences."""

    stickers: StickerTable
    style: StyleVectors | None
    notes: tuple[str, ...]


def complete(
    stickers: StickerTable,
    files: StickerFiles,
    memory: ComputedStore,
    *,
    ocr: OcrEngine | None = None,
    captions: Captions | None = None,
    encoder: ImageEncoder | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Completed:
    """Fill in what is not known and can be computed; what the dataset says itself stays.

    Embeddings of the dataset's own are the style's space where it has any: those of two models cannot be compared, so
    stickers that lack one have no style then.

    :param ocr, captions, encoder: None: what is missing stays missing.
    :raises PerSRVError: an engine cannot be reached; what was computed so far is remembered.
    """
    notes: list[str] = []
    if ocr is not None:
        stickers = _read_words(stickers, files, memory, ocr, notes, progress)
    if captions is not None:
        stickers = _caption(stickers, files, memory, captions, notes, progress)
    if stickers.embeddings is not None:
        return Completed(stickers, _given_style(stickers, stickers.embeddings, notes), tuple(notes))
    style = None if encoder is None else _embed(stickers, files, memory, encoder, seed, notes, progress)
    return Completed(stickers, style, tuple(notes))


def _read_words(
    stickers: StickerTable,
    files: StickerFiles,
    memory: ComputedStore,
    engine: OcrEngine,
    notes: list[str],
    progress: Progress,
) -> StickerTable:
    rows = _lacking(stickers, (SemanticField.OCR,))
    if not rows:
        return stickers

    def read(batch: Sequence[Frames]) -> list[bytes | str]:
        return [_read(engine, frames) for frames in batch]

    look = _Look(Task.OCR, Maker(engine.name, engine.version), "reading words", read)
    found = _made(look, rows, files, memory, notes, progress)
    notes.append(f"The words on {len(found)} stickers were read by {engine.name} ({engine.version}).")
    return _filled(stickers, SemanticField.OCR, {row: made.decode() for row, made in found.items()})


def _read(engine: OcrEngine, frames: Frames) -> bytes | str:
    try:
        return ocr_text(engine.read(frames)).encode()
    except OcrFailed as error:
        return str(error)


def _caption(
    stickers: StickerTable,
    files: StickerFiles,
    memory: ComputedStore,
    captions: Captions,
    notes: list[str],
    progress: Progress,
) -> StickerTable:
    rows = _lacking(stickers, CAPTION_FIELDS)
    if not rows:
        return stickers

    def caption(batch: Sequence[Frames]) -> list[bytes | str]:
        said = captions.caption([_middle(frames) for frames in batch])
        return [
            each.reason
            if isinstance(each, CaptionFailure)
            else json.dumps([each.keywords, each.description, each.emotions], ensure_ascii=False).encode()
            for each in said
        ]

    look = _Look(Task.CAPTION, captions.maker, "captioning", caption)
    found = {row: json.loads(made) for row, made in _made(look, rows, files, memory, notes, progress).items()}
    notes.append(f"{len(found)} stickers were captioned by {captions.maker.engine} ({captions.maker.version}).")
    for place, field in enumerate(CAPTION_FIELDS):
        stickers = _filled(stickers, field, {row: said[place] for row, said in found.items()})
    return stickers


def _embed(
    stickers: StickerTable,
    files: StickerFiles,
    memory: ComputedStore,
    encoder: ImageEncoder,
    seed: int,
    notes: list[str],
    progress: Progress,
) -> StyleVectors | None:
    rows = [row for row in range(len(stickers)) if stickers.images.kinds[row] >= 0]
    if not rows:
        return None

    def embed(batch: Sequence[Frames]) -> list[bytes | str]:
        return [vector.astype("<f4").tobytes() for vector in encoder.embed([_middle(frames) for frames in batch])]

    look = _Look(Task.EMBED, Maker(encoder.name, encoder.version), "embedding", embed)
    found = _made(look, rows, files, memory, notes, progress)
    if not found:
        return None
    raw = np.stack([np.frombuffer(found[row], dtype="<f4") for row in sorted(found)]).astype(np.float32)
    places = np.full(len(stickers), -1, dtype=np.int64)
    places[sorted(found)] = np.arange(len(found))
    space = fit_space(raw, encoder_version=encoder.version, whitens=encoder.whitens, seed=seed)
    notes.append(f"Styles are compared by {encoder.name} ({encoder.version}), in {space.dimensions} dimensions.")
    return StyleVectors(space.space_id, Embeddings(space.apply(raw), places))


def _given_style(stickers: StickerTable, given: Embeddings, notes: list[str]) -> StyleVectors:
    """The dataset's own embeddings, taken as directions: they come from networks that were trained for cosines."""
    version = f"embeddings of the dataset, {given.dimensions} numbers"
    space = fit_space(np.zeros((0, given.dimensions), np.float32), encoder_version=version, whitens=False)
    lacking = int((given.places < 0).sum())
    notes.append(
        f"Styles are compared by the {given.dimensions} numbers of each embedding in stickers.jsonl"
        + (f"; {lacking} of {len(stickers)} stickers lack one and have no style." if lacking else ".")
    )
    return StyleVectors(space.space_id, given)


@dataclass(frozen=True, slots=True)
class _Look:
    """A stage: what made is remembered by, and what makes it; a string is why it could not."""

    task: Task
    maker: Maker
    told: str
    work: Callable[[Sequence[Frames]], list[bytes | str]]


def _made(
    look: _Look,
    rows: Sequence[int],
    files: StickerFiles,
    memory: ComputedStore,
    notes: list[str],
    progress: Progress,
) -> dict[int, bytes]:
    """What a stage makes of some stickers, by row; from memory where it is remembered."""
    found: dict[int, bytes] = {}
    troubles: list[str] = []
    for start in range(0, len(rows), BATCH):
        progress(look.told, start, len(rows))
        keys = {row: key for row in rows[start : start + BATCH] if (key := files.key(row)) is not None}
        known = memory.find(look.maker, set(keys.values()))
        found |= {row: known[key] for row, key in keys.items() if key in known}
        frames = _decoded(look.task, [row for row, key in keys.items() if key not in known], files, troubles)
        made = dict(zip(frames, look.work(list(frames.values())), strict=True)) if frames else {}
        troubles += [f"row {row}: {result}" for row, result in made.items() if isinstance(result, str)]
        new = {row: result for row, result in made.items() if isinstance(result, bytes)}
        if new:
            memory.keep(look.maker, {keys[row]: result for row, result in new.items()})
        found |= new
    progress(look.told, len(rows), len(rows))
    if troubles:
        notes.append(
            f"{look.told}: {len(troubles)} of {len(rows)} pictures could not be used, such as "
            f"{'; '.join(troubles[:NAMED])}"
        )
    return found


def _decoded(task: Task, rows: Sequence[int], files: StickerFiles, troubles: list[str]) -> dict[int, Frames]:
    view = VIEWS[task]
    frames: dict[int, Frames] = {}
    for row in rows:
        try:
            frames[row] = files.frames(row, frames=view.frames, size=view.size)
        except MediaError as error:
            troubles.append(str(error))
    return frames


def _middle(frames: Frames) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = frames.pixels[len(frames.pixels) // 2]
    return pixels


def _lacking(stickers: StickerTable, fields: Sequence[SemanticField]) -> list[int]:
    """Rows with a picture of which none of the fields is known."""
    known = np.logical_or.reduce([stickers.texts[field].known for field in fields])
    return [int(row) for row in np.flatnonzero(~known & (stickers.images.kinds >= 0))]


def _filled(stickers: StickerTable, field: SemanticField, texts: Mapping[int, str]) -> StickerTable:
    """The table with more texts in one field."""
    old: PackedTexts = stickers.texts[field]
    packer = TextPacker()
    for row in range(len(old)):
        packer.add(texts.get(row, old[row]))
    return replace(stickers, texts=MappingProxyType({**stickers.texts, field: packer.packed()}))
