"""A dataset folder small enough to learn by heart."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

QUERIES = {"a": "happy", "b": "sad", "c": "想哭", "d": "开心"}
COLOURS = {"a": (250, 20, 20), "b": (20, 20, 250), "c": (20, 220, 20), "d": (240, 240, 30)}


@pytest.fixture
def dataset(tmp_path):
    """Makes a folder: stickers of four colours (and as many again, held out or not), one query to a colour."""

    def make(name="dataset", copies=6, parts=True, texts=True):
        folder = tmp_path / name
        (folder / "images").mkdir(parents=True)
        rows, lines = [], []
        rng = np.random.default_rng(0)
        for copy in range(copies):
            for kind, query in QUERIES.items():
                docid = f"{kind}{copy}"
                pixels = np.zeros((32, 32, 4), np.uint8)
                pixels[4:28, 4:28] = (*COLOURS[kind], 255)
                pixels[4:28, 4:28, :3] ^= rng.integers(0, 8, (24, 24, 3), np.uint8)
                Image.fromarray(pixels).save(folder / "images" / f"{docid}.webp", lossless=True)
                rows.append(f"u{copy},{query},{docid}")
                if texts:
                    lines.append(json.dumps({"id": docid, "ocr": "哈哈" if kind in "ab" else ""}))
        head = "uid,query,docid\n"
        if parts:
            third = len(rows) - 2
            (folder / "train.csv").write_text(head + "\n".join(rows[:third]) + "\n", "utf-8")
            (folder / "valid.csv").write_text(head + rows[-2] + "\n", "utf-8")
            (folder / "test.csv").write_text(head + rows[-1] + "\n", "utf-8")
        else:
            (folder / "interactions.csv").write_text(head + "\n".join(rows) + "\n", "utf-8")
        if lines:
            (folder / "stickers.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        return folder

    return make
