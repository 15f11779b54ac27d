from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from persrv.semantics.flatten import MID_GREY, distinct_pictures, flatten, ground_for


def strokes(colour, size=64):
    """Thin bars of one colour on transparency, as lettering is."""
    pixels = np.zeros((size, size, 4), np.uint8)
    for left in range(6, size - 6, 8):
        pixels[8:-8, left : left + 3] = (*colour, 255)
    return pixels


def luminance_gap(pixels):
    ground = ground_for(pixels)
    opaque = pixels[pixels[..., 3] == 255][:, :3].astype(int)
    return int(np.abs(opaque - ground).max(axis=1).min())


@pytest.mark.parametrize("level", range(0, 256, 5))
def test_lettering_of_any_grey_stands_out(level):
    assert luminance_gap(strokes((level, level, level))) >= 44


def test_black_and_white_lettering_are_laid_on_mid_grey():
    assert ground_for(strokes((0, 0, 0))) == ground_for(strokes((255, 255, 255))) == MID_GREY
    both = np.concatenate([strokes((0, 0, 0)), strokes((255, 255, 255))])
    assert ground_for(both) == MID_GREY
    assert luminance_gap(both) >= 100


def test_grey_lettering_beside_black_and_white_still_stands_out():
    mixed = np.concatenate([strokes((128, 128, 128)), strokes((0, 0, 0)), strokes((255, 255, 255))])
    assert luminance_gap(mixed) >= 40


def test_the_inside_of_a_drawing_does_not_choose_the_ground():
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[8:56, 8:56] = (255, 255, 255, 255)
    picture[14:50, 14:50] = (128, 128, 128, 255)
    assert ground_for(picture) == MID_GREY


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_picture_without_a_rim_is_laid_on_mid_grey(alpha):
    assert ground_for(np.full((8, 8, 4), (128, 128, 128, alpha), np.uint8)) == MID_GREY


@pytest.mark.parametrize("ground", [0, 48, 128, 255])
def test_flattening_agrees_with_pillow_and_with_arithmetic(ground):
    pixels = np.random.default_rng(5).integers(0, 256, (40, 50, 4), dtype=np.uint8)
    flat = flatten(pixels, ground)
    base = Image.new("RGBA", (50, 40), (ground, ground, ground, 255))
    base.alpha_composite(Image.fromarray(pixels))
    assert np.abs(flat.astype(int) - np.asarray(base.convert("RGB")).astype(int)).max() <= 1
    share = pixels[..., 3:] / 255
    exact = pixels[..., :3] * share + ground * (1 - share)
    assert np.abs(flat - exact).max() <= 0.5 + 1e-9
    assert flat.dtype == np.uint8


def test_a_frame_that_looks_like_an_earlier_one_is_not_given_again():
    one, two = strokes((255, 0, 0)), strokes((255, 0, 0))
    two[20:40, 20:40] = (0, 0, 255, 255)
    noisy = one.copy()
    noisy[10, 6:9, 0] -= 3
    pictures = list(distinct_pictures(np.stack([one, noisy, two, one, two])))
    assert len(pictures) == 2
    assert pictures[0].shape == pictures[1].shape


def test_a_single_new_letter_is_another_picture():
    before = np.zeros((512, 512, 4), np.uint8)
    before[100:400, 100:400] = (200, 180, 40, 255)
    after = before.copy()
    after[420:450, 200:205] = (0, 0, 0, 255)
    assert len(list(distinct_pictures(np.stack([before, after])))) == 2


def test_pictures_are_cut_to_what_is_drawn_in_any_frame_with_a_margin():
    frames = np.zeros((2, 300, 400, 4), np.uint8)
    frames[0, 50:100, 60:160] = (255, 255, 255, 255)
    frames[1, 90:150, 60:120] = (0, 0, 0, 255)
    first, second = distinct_pictures(frames)
    assert first.shape == second.shape == (100 + 2 * 8, 100 + 2 * 8, 3)
    assert (first[8 : 8 + 50, 8 : 8 + 100] == 255).all()
    assert (first[:8] == MID_GREY).all()


@pytest.mark.parametrize("shape", [(0, 8, 8, 4), (1, 0, 8, 4), (2, 8, 8, 4)])
def test_a_sticker_with_nothing_on_it_gives_no_picture(shape):
    assert list(distinct_pictures(np.zeros(shape, np.uint8))) == []


def test_a_picture_of_one_pixel_is_a_picture():
    (picture,) = distinct_pictures(np.full((1, 1, 1, 4), 255, np.uint8))
    assert (picture == 255).any()
