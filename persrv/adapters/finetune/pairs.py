"""What is learnt and what is measured: pairs of a sticker and a query, and stickers that training never sees."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from persrv.adapters.caption.pictures import opaque
from persrv.adapters.finetune.clicks import Click, find_images, read_clicks, read_texts
from persrv.adapters.finetune.recipe import Recipe
from persrv.adapters.media.decoding import decode
from persrv.domain.stickers import StickerFormat
from persrv.errors import DatasetInvalid, MediaError
from persrv.ports.media import FrameLimits, Frames

PICTURE_SIDE: Final = 512
"""Pixels of the longer side that a picture is decoded to; Telegram's own size."""
_FORMATS: Final = {".tgs": StickerFormat.ANIMATED, ".webm": StickerFormat.VIDEO}


@dataclass(frozen=True, slots=True)
class Pair:
    """One example: a sticker's picture, and a query that it was chosen for."""

    docid: str
    image: Path
    query: str


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A sticker that training never sees.

    :param references: The queries that it was chosen for, each once, at least one.
    :param text: Its OCR text, "" for none; None where the dataset does not say.
    """

    docid: str
    image: Path
    references: tuple[str, ...]
    text: str | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A clicked sticker that takes no part, and why."""

    docid: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A dataset folder, as fine-tuning uses it.

    :param pairs: Distinct, in the order in which they were first clicked.
    :param held_out: In a drawn order that does not depend on the clicks.
    """

    pairs: tuple[Pair, ...]
    held_out: tuple[HeldOut, ...]
    skipped: tuple[Skipped, ...]

    @property
    def digest(self) -> str:
        """Changes with any pair or its order."""
        lines = "\n".join(f"{pair.docid}\t{pair.query}" for pair in self.pairs)
        return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()


def read_training_set(folder: Path, recipe: Recipe) -> TrainingSet:
    """Read a dataset folder.

    Held out are a drawn share of the stickers, whatever part their clicks are in, and those without a click in the
    training part. A sticker's draw depends on its id and the seed alone, so no row of the test part can change what
    is learnt.

    :raises DatasetInvalid: the folder or a row is wrong, or nothing is left to learn from.
    """
    clicks = read_clicks(folder, recipe.seed)
    images, texts = find_images(folder), read_texts(folder)
    everything = (*clicks.train, *clicks.valid, *clicks.test)
    readable, skipped = _readable(everything, images)
    drawn = {docid for docid in readable if _draw(docid, recipe.seed) < recipe.held_out_share}
    pairs = {
        (click.docid, click.query[: recipe.longest_query]): None
        for click in clicks.train
        if click.docid in readable and click.docid not in drawn
    }
    if not pairs:
        raise DatasetInvalid(
            f"{folder} has no pair to learn from: {len(clicks.train)} training clicks, {len(images)} pictures in "
            f"images/, {len(skipped)} clicked stickers without a usable picture."
        )
    learnt = {docid for docid, _ in pairs}
    references: dict[str, dict[str, None]] = defaultdict(dict)
    for click in everything:
        if click.docid in readable and click.docid not in learnt:
            references[click.docid][click.query] = None
    held_out = tuple(
        HeldOut(docid, readable[docid], tuple(references[docid]), texts.get(docid))
        for docid in sorted(references, key=lambda docid: (_draw(docid, recipe.seed), docid))
    )
    return TrainingSet(tuple(Pair(docid, readable[docid], query) for docid, query in pairs), held_out, skipped)


def read_picture(path: Path) -> Image.Image:
    """The first frame of a sticker's file, opaque, as the captioner sees it.

    :raises DatasetInvalid: it cannot be decoded; names the file and why.
    """
    return opaque(read_frames_of(path, 1).pixels[0])


def read_frames_of(path: Path, frames: int) -> Frames:
    """Frames of a sticker's file, by its suffix, with a longer side of `PICTURE_SIDE`.

    :raises DatasetInvalid: it cannot be decoded; names the file and why.
    """
    form = _FORMATS.get(path.suffix.lower(), StickerFormat.STATIC)
    try:
        return decode(path.read_bytes(), form, frames=frames, size=PICTURE_SIDE, limits=FrameLimits())
    except (MediaError, OSError) as error:
        raise DatasetInvalid(f"{path}: {error}") from error


def _readable(clicks: Sequence[Click], images: Mapping[str, Path]) -> tuple[dict[str, Path], tuple[Skipped, ...]]:
    """The pictures of the clicked stickers, each decoded once to see that it can be."""
    readable: dict[str, Path] = {}
    skipped: list[Skipped] = []
    for docid in dict.fromkeys(click.docid for click in clicks):
        if docid not in images:
            skipped.append(Skipped(docid, "It has no picture in images/."))
            continue
        try:
            read_picture(images[docid])
        except DatasetInvalid as error:
            skipped.append(Skipped(docid, str(error)))
        else:
            readable[docid] = images[docid]
    return readable, tuple(skipped)


def _draw(docid: str, seed: int) -> float:
    """A number from 0 to 1 that belongs to a sticker."""
    digest = hashlib.sha256(f"{seed}\t{docid}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
