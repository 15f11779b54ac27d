"""What the style experiment reads and computes once: a dataset folder, embeddings, recall."""

from __future__ import annotations

import csv
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding import open_image_encoder
from persrv.adapters.media.decoding import decode
from persrv.adapters.search import WhooshStickerIndex
from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.domain.stickers import StickerFormat
from persrv.ports.media import FrameLimits, Frames
from persrv.preference.space import fit_space
from persrv.recall.weights import RelevanceWeights
from persrv.text import normalise, tokenise
from persrv.utility.clicks import Clicks, query_codes
from persrv.utility.utility import Utility, compute_utility
from persrv.utility.weights import UtilityWeights


@dataclass(frozen=True, slots=True)
class Click:
    """A line of train.csv, valid.csv or test.csv; the sticker as a row number."""

    user: str
    query: str
    sticker: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset folder (DESIGN, "The dataset folder"). Rows are the sorted docids."""

    docids: tuple[str, ...]
    emoji: tuple[str, ...]
    sets: tuple[str, ...]
    """Which pack: only to tell people with a taste from people without. No ranking sees it."""
    images: tuple[Path, ...]
    train: tuple[Click, ...]
    valid: tuple[Click, ...]
    test: tuple[Click, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A (user, query) pair of a split, with the stickers that were clicked."""

    user: str
    query: str
    relevant: frozenset[int]


def read_dataset(folder: Path) -> Dataset:
    """Read stickers.jsonl, the images' names and the three splits."""
    rows = [json.loads(line) for line in (folder / "stickers.jsonl").read_text("utf-8").splitlines() if line.strip()]
    rows.sort(key=lambda row: row["id"])
    row_of = {row["id"]: place for place, row in enumerate(rows)}

    def split(name: str) -> tuple[Click, ...]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            return tuple(Click(line["uid"], line["query"], row_of[line["docid"]]) for line in csv.DictReader(lines))

    return Dataset(
        docids=tuple(row["id"] for row in rows),
        emoji=tuple(row.get("emoji", "") for row in rows),
        sets=tuple(row.get("set", "") for row in rows),
        images=tuple(folder / "images" / f"{row['id']}.webp" for row in rows),
        train=split("train"),
        valid=split("valid"),
        test=split("test"),
    )


def pairs(clicks: Sequence[Click]) -> tuple[Pair, ...]:
    """The (user, query) pairs of a split, sorted."""
    relevant: dict[tuple[str, str], set[int]] = defaultdict(set)
    for click in clicks:
        relevant[click.user, click.query].add(click.sticker)
    return tuple(Pair(user, query, frozenset(found)) for (user, query), found in sorted(relevant.items()))


def choices(clicks: Sequence[Click]) -> dict[str, Counter[int]]:
    """How often each user chose each sticker."""
    chosen: dict[str, Counter[int]] = defaultdict(Counter)
    for click in clicks:
        chosen[click.user][click.sticker] += 1
    return chosen


def frames_of(dataset: Dataset, size: int) -> list[Frames]:
    """Every sticker's picture, decoded as the product decodes it."""
    limits = FrameLimits()
    return [
        decode(path.read_bytes(), StickerFormat.STATIC, frames=1, size=size, limits=limits) for path in dataset.images
    ]


def read_words(pictures: Sequence[Frames]) -> tuple[str, ...]:
    """The words drawn on every sticker, read by the product's default engine."""
    from persrv.adapters.ocr import open_ocr
    from persrv.semantics.ocr import ocr_text

    engine = open_ocr("rapidocr")
    try:
        return tuple(ocr_text(engine.read(picture)) for picture in pictures)
    finally:
        engine.close()


def colour_histograms(pictures: Sequence[Frames]) -> NDArray[np.float32]:
    """A 6 x 6 x 6 histogram of what is visible, square-rooted, shape (stickers, 216): the plain comparison."""
    rows = []
    for picture in pictures:
        pixels = picture.pixels[0].reshape(-1, 4)
        bins = pixels[:, :3].astype(np.int64) * 6 // 256
        codes = (bins[:, 0] * 6 + bins[:, 1]) * 6 + bins[:, 2]
        counts = np.bincount(codes, weights=pixels[:, 3] / 255.0, minlength=216)
        rows.append(np.sqrt(counts / max(1.0, counts.sum())))
    return np.array(rows, dtype=np.float32)


def utility_of(dataset: Dataset, weights: UtilityWeights) -> Utility:
    """Utility from the train clicks."""
    return compute_utility(
        Clicks(
            np.array([int(click.user) for click in dataset.train], dtype=np.int64),
            query_codes(click.query for click in dataset.train),
            np.array([click.sticker for click in dataset.train], dtype=np.int64),
        ),
        len(dataset.docids),
        weights,
    )


def recall_all(
    dataset: Dataset, queries: Sequence[str], *, words: Sequence[str], emoji: bool, utility: Utility, limit: int = 100
) -> dict[str, RecalledStickers]:
    """What the product's index finds for each query: train queries, words drawn on stickers, perhaps emoji.

    The field `pack` stays empty: the pack's name would be the style itself.
    """
    lines: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for click in dataset.train:  # one line for each person and query, as the product's database gives it
        lines[click.sticker].setdefault((click.user, normalise(click.query)), click.query)
    documents = [
        StickerDocument(
            row,
            {
                SemanticField.QUERIES: "\n".join(lines[row].values()),
                SemanticField.OCR: words[row],
                SemanticField.EMOJI: dataset.emoji[row] if emoji else "",
            },
        )
        for row in range(len(dataset.docids))
    ]
    weights = RelevanceWeights().as_mapping()
    with tempfile.TemporaryDirectory() as folder:
        index = WhooshStickerIndex(Path(folder))
        try:
            index.update(documents, ())
            found = {}
            for query in sorted(set(queries)):
                tokens = tokenise(normalise(query))
                found[query] = index.search(tokens, weights=weights, limit=limit, utility=utility.lookup)
            return found
        finally:
            index.close()


def style_vectors(pictures: Sequence[Frames]) -> tuple[str, NDArray[np.float32]]:
    """Name and vectors of the style space that is judged: the product's own encoder and space."""
    encoder = open_image_encoder("style")
    raw = encoder.embed([picture.pixels[0] for picture in pictures])
    space = fit_space(raw, encoder_version=encoder.version, whitens=encoder.whitens)
    return f"the product's own ({encoder.version}, whitened to {space.dimensions})", space.apply(raw)
