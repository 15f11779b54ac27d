"""Small pictures for the report."""

import base64
import io

import pytest
from PIL import Image

from persrv.adapters.dataset import FolderStickerFiles, read_dataset, thumbnail


@pytest.fixture
def files(tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("RGBA", (600, 300), (250, 0, 0, 120)).save(tmp_path / "images" / "wide.png")
    (tmp_path / "images" / "broken.png").write_bytes(b"\x89PNG no more")
    for part in ("train", "valid", "test"):
        (tmp_path / f"{part}.csv").write_text("uid,query,docid\nu,q,bare\n", "utf-8")
    return FolderStickerFiles(read_dataset(tmp_path, seed=0).stickers)


def test_a_thumbnail_is_small_and_keeps_shape_and_alpha(files):
    kind, data = thumbnail(files, "wide").split(",")
    assert kind == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.size == (128, 64)
        assert picture.convert("RGBA").getpixel((5, 5))[3] == pytest.approx(120, abs=3)


@pytest.mark.parametrize("docid", ["broken", "bare", "nobody"])
def test_what_has_no_picture_has_no_thumbnail(files, docid):
    assert thumbnail(files, docid) is None
