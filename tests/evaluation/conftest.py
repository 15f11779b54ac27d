"""A small dataset with known answers, and the product's real index to search it with."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from persrv.adapters.search import WhooshStickerIndex
from persrv.domain.dataset import Dataset, Embeddings, ImageFiles, Interaction, SplitKind, StickerTable
from persrv.domain.packed import TextPacker
from persrv.domain.semantics import SemanticField
from persrv.evaluation.systems import Training
from persrv.evaluation.systems.system import StyleVectors
from persrv.ports.models import Pictures

FIELDS = [field for field in SemanticField if field is not SemanticField.QUERIES]


class NoPictures(Pictures):
    def __init__(self, count):
        self._count = count

    def __len__(self):
        return self._count

    def __getitem__(self, row):
        return None


def table(docids, tmp_path, **texts):
    """A catalogue; texts by field's name, each a mapping of docid -> text."""
    docids = tuple(sorted(docids))
    packed = {}
    for field in FIELDS:
        packer = TextPacker()
        for docid in docids:
            packer.add(texts.get(field.value, {}).get(docid))
        packed[field] = packer.packed()
    kinds = np.full(len(docids), -1, dtype=np.int16)
    return StickerTable(docids, MappingProxyType(packed), None, ImageFiles(tmp_path, (), kinds))


def clicks(*rows):
    return tuple(Interaction(*row.split()) for row in rows)


def training(stickers, rows, *, style=None, seed=0):
    return Training(stickers, rows, style, NoPictures(len(stickers)), seed)


def style_of(stickers, angles):
    """Directions in the plane, by docid, in degrees."""
    radians = np.radians([angles[docid] for docid in stickers.docids])
    vectors = np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)
    return StyleVectors("plane", Embeddings(vectors, np.arange(len(stickers), dtype=np.int64)))


def dataset(stickers, train, valid, test):
    return Dataset("made by a test", stickers, train, valid, test, SplitKind.GIVEN, 0)


@pytest.fixture
def open_index(tmp_path):
    """An `IndexFactory` of real indexes on disk."""
    made = []

    def open_one(name):
        folder = tmp_path / f"{name}-{len(made)}"
        folder.mkdir()
        made.append(WhooshStickerIndex(folder))
        return made[-1]

    yield open_one
    for index in made:
        index.close()


def drawn(seed, tmp_path, *, users=6, stickers=90, read=3):
    """A log with meaning and taste: 10 words, 3 styles, several drawings of each; user u likes style u % 3.

    :param read: Of so many stickers one has its word drawn on it.
    """
    random = np.random.default_rng(seed)
    words = ["笑", "哭", "加油", "晚安", "谢谢", "生日", "再见", "生气", "爱你", "吃饭"]
    docids = [f"d{n:03d}" for n in range(stickers)]
    rows = set()
    for user in range(users):
        for _ in range(60):
            word, drawing = int(random.integers(10)), int(random.integers(stickers // 30))
            style = user % 3 if random.random() < 0.85 else int(random.integers(3))
            rows.add(Interaction(f"u{user}", words[word], docids[word + 10 * style + 30 * drawing]))
    ordered = sorted(rows)
    places = random.permutation(len(ordered))
    cut, end = int(len(ordered) * 0.6), int(len(ordered) * 0.8)
    some = [tuple(ordered[place] for place in part) for part in (places[:cut], places[cut:end], places[end:])]
    ocr = {docid: words[number % 10] for number, docid in enumerate(docids) if number % read == 0}
    known = table(docids, tmp_path, ocr=ocr)
    style = style_of(known, {docid: 120 * (number // 10 % 3) for number, docid in enumerate(docids)})
    return dataset(known, *some), training(known, some[0], style=style)
