"""Files of a folder as Telegram takes them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from persrv.adapters.media.uploading import as_sticker_file
from persrv.errors import MediaError


def a_file(folder, name, size, kind):
    path = folder / name
    Image.new("RGB", size, (200, 30, 30)).save(path, kind)
    return path


@pytest.mark.parametrize(
    ("name", "size", "kind", "fitted"),
    [
        ("a.png", (100, 50), "PNG", (512, 256)),
        ("a.JPG", (3, 900), "JPEG", (2, 512)),
        ("a.webp", (600, 600), "WEBP", (512, 512)),
    ],
)
def test_a_picture_is_fitted_and_becomes_webp(tmp_path, name, size, kind, fitted):
    with Image.open(io.BytesIO(as_sticker_file(a_file(tmp_path, name, size, kind)))) as image:
        assert (image.format, image.size) == ("WEBP", fitted)


def test_what_telegram_takes_already_stays_to_the_byte(tmp_path):
    fitting = a_file(tmp_path, "a.webp", (512, 100), "WEBP")
    assert as_sticker_file(fitting) == fitting.read_bytes()
    for name in ("a.tgs", "a.WEBM"):
        (tmp_path / name).write_bytes(b"of its own kind")
        assert as_sticker_file(tmp_path / name) == b"of its own kind"


def test_what_is_no_picture_is_told_by_its_name(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(MediaError, match=r"a\.png is not a picture"):
        as_sticker_file(tmp_path / "a.png")
