"""Each family of numbers sees what it is for; expected values by hand."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from persrv.adapters.embedding.style.canvas import SIDE, canvas_of
from persrv.adapters.embedding.style.form import form
from persrv.adapters.embedding.style.histograms import soft_histogram
from persrv.adapters.embedding.style.lines import WIDTHS, lines
from persrv.adapters.embedding.style.orientation import orientation
from persrv.adapters.embedding.style.outline import RINGS, outline
from persrv.adapters.embedding.style.palette import HUES, STEPS, palette
from persrv.adapters.embedding.style.shading import shading
from persrv.adapters.embedding.style.texture import PATTERNS, texture


def plain(colour, side=SIDE):
    return np.full((side, side, 4), (*colour, 255), dtype=np.uint8)


def test_a_value_between_two_bins_is_split():
    np.testing.assert_allclose(soft_histogram(np.array([0.125]), 5) ** 2, [0.5, 0.5, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(soft_histogram(np.array([0.875]), 4, circular=True) ** 2, [0.5, 0, 0, 0.5], atol=1e-12)
    np.testing.assert_allclose(soft_histogram(np.array([-1.0, 2.0]), 3) ** 2, [0.5, 0, 0.5], atol=1e-12)
    assert soft_histogram(np.zeros(0), 3).tolist() == [0, 0, 0]
    assert soft_histogram(np.array([0.5]), 3, weights=np.array([0.0])).tolist() == [0, 0, 0]


def test_canvas_scales_to_one_size_and_weighs_colours_by_alpha():
    picture = np.zeros((320, 160, 4), dtype=np.uint8)
    picture[:, :, :3] = (0, 255, 0)  # hidden
    picture[100:200, 50:150] = (255, 0, 0, 255)
    canvas = canvas_of(picture)
    assert canvas.rgb.shape == (SIDE, SIDE // 2, 3)
    np.testing.assert_allclose(canvas.rgb, np.broadcast_to([1.0, 0.0, 0.0], canvas.rgb.shape), atol=0.01)
    assert np.count_nonzero(canvas.drawn) == 50 * 50
    assert canvas.depth.max() == pytest.approx(25, abs=1)


def test_a_drawing_of_mere_lines_is_all_interior():
    picture = Image.new("RGBA", (SIDE, SIDE))
    ImageDraw.Draw(picture).line((20, 20, 140, 140), fill="black", width=3)
    canvas = canvas_of(np.asarray(picture))
    assert (canvas.inside == canvas.drawn).all()


def test_palette_tells_hue_saturation_lightness_and_the_number_of_inks():
    red, grey = palette(canvas_of(plain((255, 0, 0)))), palette(canvas_of(plain((119, 119, 119))))
    assert red[0] == pytest.approx(1)
    assert not grey[:HUES].any()
    saturation = slice(HUES, HUES + STEPS)
    assert (red[saturation].argmax(), grey[saturation].argmax()) == (STEPS - 1, 0)
    lightness = grey[HUES + STEPS : HUES + 2 * STEPS]  # sRGB 119 is L* = 50, half way between bins 3 and 4
    np.testing.assert_allclose(lightness[3:5] ** 2, [0.5, 0.5], atol=0.02)
    halves = plain((255, 0, 0))
    halves[:, : SIDE // 2] = (0, 0, 255, 255)
    np.testing.assert_allclose(palette(canvas_of(halves))[-5:], [0.5, 1, 1, 1, 1])


def test_shading_tells_flat_from_soft_from_rough(studio):
    flat = studio.drawing()
    kinds = [flat, studio.shaded(flat), studio.grained(flat)]
    gradient, laplacian = (
        np.array([shading(canvas_of(kind))[part] for kind in kinds]) for part in (slice(8), slice(8, 16))
    )
    assert gradient[0, 0] > 0.9 > gradient[1, 0] > gradient[2, 0]  # share of surface without any change
    assert gradient[1, 1:4].max() > gradient[0, 1:4].max() + 0.3  # faint change, everywhere, is shading
    assert laplacian[1, 0] > 2 * laplacian[2, 0]  # and it is smooth; grain is not


def test_outline_tells_a_white_rim_from_ink_from_none(studio):
    size = len(RINGS) - 1
    rim, ink, none = (
        outline(canvas_of(picture)).reshape(size, 6)
        for picture in (studio.drawing(rim="white"), studio.drawing(ink="black", width=0.02), studio.drawing())
    )
    np.testing.assert_allclose(rim[0, :3], [1, 0, 0], atol=0.03)
    assert rim[0, 5] > 0.95
    assert ink[0, 4] > 0.8
    assert none[0, 4] == none[0, 5] == 0
    np.testing.assert_allclose(none[-1, :3], [0.5568, 0.7438, 0.5152], atol=0.01)  # of #ff3030, by CIE's formula
    np.testing.assert_allclose(ink[-1, :3], none[-1, :3], atol=0.03)


def test_lines_tell_the_width_of_the_pen():
    found = {}
    for width in (2, 7, 13):
        picture = Image.new("RGBA", (SIDE, SIDE), "white")
        for y in (40, 80, 120):
            ImageDraw.Draw(picture).rectangle((10, y, 150, y + width - 1), fill="black")
        found[width] = lines(canvas_of(np.asarray(picture)))[2 * len(WIDTHS) : 3 * len(WIDTHS)]
    assert found[2].tolist() == [1, 1, 1, 1]
    assert found[7].tolist() == [0, 0, 1, 1]
    assert found[13].tolist() == [0, 0, 0, 1]


def test_dark_detail_and_light_detail_are_told_apart():
    picture = plain((128, 128, 128))
    picture[40:42] = (0, 0, 0, 255)
    dark = lines(canvas_of(picture))
    picture[40:42] = (255, 255, 255, 255)
    light = lines(canvas_of(picture))
    assert dark[0] > 0.05 > dark[4] == 0
    assert light[4] > 0.05 > light[0] == 0


def test_texture_of_a_plain_surface_is_the_pattern_without_brighter_neighbours():
    flat = texture(canvas_of(plain((90, 90, 90))))
    assert flat.tolist() == [1, *[0] * 9, 1, *[0] * 9]


def test_texture_agrees_with_patterns_counted_one_by_one():
    """Local binary patterns from their definition, pixel by pixel in plain Python."""
    grey = np.random.default_rng(0).integers(0, 256, (24, 24))
    picture = np.repeat(np.repeat(grey, 5, axis=0), 5, axis=1)  # larger than a canvas is never made: 120 < SIDE
    pixels = np.dstack([picture] * 3 + [np.full_like(picture, 255)]).astype(np.uint8)
    canvas = canvas_of(pixels)
    counts = np.zeros(PATTERNS)
    height, width = canvas.light.shape
    circle = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]
    for y, x in np.argwhere(canvas.inside):
        bits = [
            canvas.light[min(max(y + dy, 0), height - 1), min(max(x + dx, 0), width - 1)] > canvas.light[y, x] + 1
            for dy, dx in circle
        ]
        runs = sum(bits[i] != bits[i - 1] for i in range(8))
        counts[sum(bits) if runs <= 2 else 9] += 1
    np.testing.assert_allclose(texture(canvas)[:PATTERNS] ** 2, counts / counts.sum(), atol=1e-3)


def test_orientation_tells_which_way_edges_run():
    stripes = plain((255, 255, 255))
    stripes[:, ::20] = stripes[:, 1::20] = (0, 0, 0, 255)  # vertical lines: light changes across
    upright = orientation(canvas_of(stripes))
    assert upright[0] > 0.99
    lying = orientation(canvas_of(np.ascontiguousarray(stripes.transpose(1, 0, 2))))
    assert lying[4] > 0.99


def test_form_tells_a_photograph_from_a_figure_from_a_scribble():
    photograph = form(canvas_of(plain((90, 120, 90))))
    figure = np.zeros((SIDE, SIDE, 4), dtype=np.uint8)
    figure[40:120, 40:120] = (9, 200, 9, 255)
    assert photograph[:3].tolist() == [1, 1, 0]
    np.testing.assert_allclose(form(canvas_of(figure))[:3], [0.25, 1, 0])
    scribble = Image.new("RGBA", (SIDE, SIDE))
    ImageDraw.Draw(scribble).line((20, 20, 140, 140, 20, 140), fill="black", width=2)
    ragged = form(canvas_of(np.asarray(scribble)))
    assert ragged[4] > 0.9 > form(canvas_of(figure))[4]
    assert ragged[1] < 0.1
