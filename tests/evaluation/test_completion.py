"""Completing a dataset: only what is missing, only once, and what failed is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from persrv.adapters.dataset import FolderStickerFiles, SqliteComputedStore, read_dataset
from persrv.domain.semantics import SemanticField
from persrv.domain.work import Maker
from persrv.errors import OcrFailed
from persrv.evaluation.completion import Captions, complete
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.ports.fakes import NothingComputed
from persrv.ports.ocr import OcrLine


class ColourReader:
    """An OCR engine that reads the colour of the first pixel; counts what it reads."""

    name, version = "colours", "1"

    def __init__(self):
        self.read_count = 0

    def read(self, frames):
        self.read_count += 1
        red, green, blue, _ = frames.pixels[0, 0, 0].tolist()
        if blue > 200:
            raise OcrFailed("The engine broke on this sticker.")
        return (OcrLine("红色" if red > green else "绿色", 1.0),)

    def close(self):
        pass


class MeanColour:
    """An image encoder: mean colour, and its square, so that there is something to whiten."""

    name, version, dimensions, whitens = "mean", "1", 6, True

    def __init__(self):
        self.count = 0

    def embed(self, images):
        self.count += len(images)
        means = np.array([image[..., :3].mean(axis=(0, 1)) / 255 for image in images], dtype=np.float32)
        return np.concatenate([means, means**2], axis=1)

    def close(self):
        pass


COLOURS = {"red": (250, 0, 0), "green": (0, 250, 0), "blue": (0, 0, 250), "dark": (90, 20, 20)}


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "set"
    (root / "images").mkdir(parents=True)
    for part in ("train", "valid", "test"):
        (root / f"{part}.csv").write_text("uid,query,docid\nu,q,red\n", "utf-8")
    (root / "stickers.jsonl").write_text('{"id": "dark", "ocr": "晚安"}\n', "utf-8")
    for name, colour in COLOURS.items():
        Image.new("RGB", (40, 40), colour).save(root / "images" / f"{name}.png")
    (root / "images" / "broken.webp").write_bytes(b"RIFF no picture")
    return root


def texts(completed, field=SemanticField.OCR):
    column = completed.stickers.texts[field]
    return {docid: column[row] for row, docid in enumerate(completed.stickers.docids)}


def stickers_of(folder):
    return read_dataset(folder, seed=0).stickers


def test_what_is_known_stays_what_is_missing_is_read_and_what_failed_is_told(folder):
    stickers, engine = stickers_of(folder), ColourReader()
    completed = complete(stickers, FolderStickerFiles(stickers), NothingComputed(), ocr=engine)
    assert texts(completed) == {"red": "红色", "green": "绿色", "blue": None, "dark": "晚安", "broken": None}
    told = " ".join(completed.notes)
    assert "broken.webp" in told
    assert "The engine broke on this sticker." in told


def test_without_engines_nothing_is_computed(folder):
    stickers = stickers_of(folder)
    completed = complete(stickers, FolderStickerFiles(stickers), NothingComputed())
    assert completed.style is None
    assert texts(completed)["red"] is None


def test_a_second_run_remembers_and_another_version_reads_afresh(folder, tmp_path):
    stickers, engine, encoder = stickers_of(folder), ColourReader(), MeanColour()

    def run():
        memory = SqliteComputedStore(tmp_path / "cache" / "memory.sqlite3")
        try:
            return complete(stickers, FolderStickerFiles(stickers), memory, ocr=engine, encoder=encoder)
        finally:
            memory.close()

    first = run()
    counted = engine.read_count, encoder.count
    second = run()
    assert (engine.read_count - 1, encoder.count) == counted  # the one that failed is tried again
    assert texts(first) == texts(second)
    assert np.array_equal(first.style.vectors.vectors, second.style.vectors.vectors)
    engine.version = "2"
    run()
    assert engine.read_count == counted[0] + 1 + 3


def test_a_renamed_file_is_the_same_picture(folder, tmp_path):
    memory, engine = SqliteComputedStore(tmp_path / "memory.sqlite3"), ColourReader()
    stickers = stickers_of(folder)
    complete(stickers, FolderStickerFiles(stickers), memory, ocr=engine)
    before = engine.read_count
    (folder / "images" / "green.png").rename(folder / "images" / "lawn.png")
    stickers = stickers_of(folder)
    completed = complete(stickers, FolderStickerFiles(stickers), memory, ocr=engine)
    assert texts(completed)["lawn"] == "绿色"
    assert engine.read_count == before + 1  # the one that failed
    memory.close()


def test_vectors_of_pictures_are_directions_in_one_space_and_a_broken_one_has_none(folder):
    stickers = stickers_of(folder)
    completed = complete(stickers, FolderStickerFiles(stickers), NothingComputed(), encoder=MeanColour())
    rows = np.arange(len(stickers), dtype=np.int64)
    norms = np.linalg.norm(completed.style.vectors.of(rows), axis=1)
    named = dict(zip(stickers.docids, norms.tolist(), strict=True))
    assert named.pop("broken") == 0
    assert list(named.values()) == pytest.approx([1.0] * 4, abs=1e-5)


def test_embeddings_of_the_dataset_are_taken_as_they_are(folder):
    (folder / "stickers.jsonl").write_text('{"id": "red", "embedding": [3.0, 4.0]}\n', "utf-8")
    stickers, encoder = stickers_of(folder), MeanColour()
    completed = complete(stickers, FolderStickerFiles(stickers), NothingComputed(), encoder=encoder)
    assert encoder.count == 0
    assert completed.style.vectors.of(np.array([stickers.row("red")])).tolist() == [[3.0, 4.0]]
    assert any("have no style" in note for note in completed.notes)


def test_captions_fill_three_fields_and_a_failure_leaves_them_empty(folder):
    def caption(images):
        return [
            CaptionFailure("It said nothing.")
            if image[0, 0, 2] > 200
            else Caption("词", "描述", "", "raw", parsed=True)
            for image in images
        ]

    stickers = stickers_of(folder)
    captions = Captions(Maker("teller", "1"), caption)
    completed = complete(stickers, FolderStickerFiles(stickers), NothingComputed(), captions=captions)
    assert texts(completed, SemanticField.KEYWORDS)["red"] == "词"
    assert texts(completed, SemanticField.DESCRIPTION)["red"] == "描述"
    assert texts(completed, SemanticField.EMOTIONS)["red"] == ""
    assert texts(completed, SemanticField.KEYWORDS)["blue"] is None
    assert any("It said nothing." in note for note in completed.notes)


def test_a_memory_that_is_no_database_says_so(tmp_path):
    from persrv.errors import StorageError

    (tmp_path / "memory.sqlite3").write_bytes(b"this is something else" * 100)
    with pytest.raises(StorageError, match="only a cache"):
        SqliteComputedStore(tmp_path / "memory.sqlite3")


def test_a_picture_that_went_away_between_is_no_error(folder):
    stickers = replace(stickers_of(folder))
    (folder / "images" / "red.png").unlink()
    completed = complete(stickers, FolderStickerFiles(stickers), NothingComputed(), ocr=ColourReader())
    assert texts(completed)["red"] is None
