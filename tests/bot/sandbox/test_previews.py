"""Pictures that a browser shows, looked at with an independent decoder."""

import gzip
import io

import pytest
from PIL import Image

from bot.sandbox.previews import render_animated, render_video
from persrv.errors import MediaCorrupt, MediaTooLarge


def assert_red_square_on_clear_ground(image):
    still = image.convert("RGBA")
    red, green, blue, alpha = still.getpixel((128, 128))
    assert (red > 200, green < 60, blue < 60, alpha) == (True, True, True, 255)
    assert still.getpixel((2, 2))[3] == 0


def test_an_animation_moves_as_long_as_it_did_on_a_clear_ground(tgs_file, red_square):
    with Image.open(io.BytesIO(render_animated(tgs_file(red_square(frames=30))))) as image:
        assert (image.size, image.n_frames) == ((256, 256), 15)
        assert_red_square_on_clear_ground(image)
        milliseconds = 0
        for place in range(image.n_frames):
            image.seek(place)
            image.load()
            milliseconds += image.info["duration"]
        assert milliseconds == pytest.approx(1000, abs=20)
        assert image.convert("RGBA").getpixel((70, 128))[3] == 0


def test_an_animation_that_stands_still_is_one_clear_picture(tgs_file, red_square):
    with Image.open(io.BytesIO(render_animated(tgs_file(red_square(moves=False))))) as image:
        assert image.n_frames == 1
        assert_red_square_on_clear_ground(image)


def test_a_video_keeps_its_transparency(half_green_video):
    with Image.open(io.BytesIO(render_video(half_green_video))) as image:
        still = image.convert("RGBA")
        assert still.size == (64, 64)
        assert still.getpixel((10, 32))[3] > 240
        assert still.getpixel((54, 32))[3] < 15


@pytest.mark.parametrize(
    "data",
    [
        b"no gzip",
        gzip.compress(b"no json", mtime=0),  # the time in it would be part of the test's name
        gzip.compress(b"{}", mtime=0),
        gzip.compress(b'{"fr":30,"layers":[]}', mtime=0),
        b"",
    ],
)
def test_a_broken_animation_is_corrupt(data):
    with pytest.raises(MediaCorrupt):
        render_animated(data)


def test_a_gzip_bomb_is_too_large():
    with pytest.raises(MediaTooLarge):
        render_animated(gzip.compress(b"\0" * (9 * 1024 * 1024)))


@pytest.mark.parametrize("data", [b"", b"\x1a\x45\xdf\xa3garbage"])
def test_a_broken_video_is_corrupt(data):
    with pytest.raises(MediaCorrupt):
        render_video(data)
