import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from persrv.adapters.embedding.style.descriptor import DIMENSIONS, LAYOUT, style_descriptor
from persrv.adapters.embedding.style.encoder import StyleEncoder


def apart(one, other):
    return float(np.linalg.norm(style_descriptor(one) - style_descriptor(other)))


def test_the_layout_covers_the_vector_once():
    assert [place.start for place in LAYOUT.values()] == [0, 33, 57, 87, 100, 120, 128]
    assert list(LAYOUT.values())[-1].stop == DIMENSIONS == 133


def test_a_picture_has_one_description(studio):
    picture = studio.drawing(ink="black", width=0.02)
    assert style_descriptor(picture).tolist() == style_descriptor(picture.copy()).tolist()


@pytest.mark.parametrize("side", [160, 240, 512, 700])
def test_the_same_drawing_in_another_size_is_near(make_studio, side):
    """Nearer than the same drawing with a thinner line, a soft shading, or another palette."""
    normal = make_studio().drawing(ink="black", width=0.02)
    resized = make_studio(side).drawing(ink="black", width=0.02)
    others = [
        make_studio().drawing(ink="black", width=0.008),
        make_studio().shaded(normal),
        make_studio().drawing(fill="#80c0a0", ink="black", width=0.02),
    ]
    assert apart(normal, resized) < 0.5 * min(apart(normal, other) for other in others)


def test_style_weighs_more_than_place_and_shape(studio):
    """The same artist's other drawing is nearer than another artist's drawing of the same thing."""
    mine = studio.drawing(ink="black", width=0.02)
    moved = studio.drawing(ink="black", width=0.02, at=(0.4, 0.6))
    square = studio.drawing(ink="black", width=0.02, square=True)
    theirs = [studio.drawing(rim="white"), studio.shaded(studio.drawing()), studio.grained(mine)]
    nearest = min(apart(mine, other) for other in theirs)
    assert apart(mine, moved) < 0.5 * nearest
    assert apart(mine, square) < nearest


def test_what_hides_under_transparency_does_not_count(studio):
    picture = studio.drawing(ink="black", width=0.02)
    hidden = picture.copy()
    hidden[picture[..., 3] == 0, :3] = (0, 255, 0)
    assert style_descriptor(picture).tolist() == style_descriptor(hidden).tolist()


@pytest.mark.parametrize(
    "shape", [(0, 0, 4), (0, 5, 4), (1, 1, 4), (320, 320, 4), (1, 700, 4)], ids=lambda shape: f"{shape[1]} x {shape[0]}"
)
def test_a_transparent_picture_shows_nothing(shape):
    described = style_descriptor(np.zeros(shape, dtype=np.uint8))
    assert described.shape == (DIMENSIONS,)
    assert not described.any()


def test_a_dot_shows_nothing():
    assert not style_descriptor(np.full((1, 1, 4), 255, dtype=np.uint8)).any()
    dot = np.zeros((512, 512, 4), dtype=np.uint8)
    dot[250:260, 250:260] = 255
    assert not style_descriptor(dot).any()


@pytest.mark.parametrize("colour", [(0, 0, 0, 255), (255, 255, 255, 255), (200, 10, 10, 255), (9, 9, 9, 130)])
@pytest.mark.parametrize("shape", [(20, 20), (2, 600), (512, 3), (320, 100)])
def test_one_plain_colour_is_described_without_nan(colour, shape):
    described = style_descriptor(np.full((*shape, 4), colour, dtype=np.uint8))
    assert np.isfinite(described).all()
    assert np.abs(described).max() <= 1.5


@settings(max_examples=60)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(4))))
def test_any_picture_at_all_gives_finite_numbers_in_range(pixels):
    described = style_descriptor(pixels)
    assert np.isfinite(described).all()
    assert np.abs(described).max() <= 2


def test_many_pictures_of_any_sizes_at_once(make_studio):
    encoder = StyleEncoder()
    images = [make_studio(100).drawing(), np.zeros((7, 3, 4), dtype=np.uint8), make_studio(90).drawing(rim="white")]
    vectors = encoder.embed(images)
    assert vectors.shape == (3, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert vectors.any(axis=1).tolist() == [True, False, True]
    assert encoder.embed([]).shape == (0, encoder.dimensions)
    encoder.close()
    encoder.close()


def test_another_process_gives_the_same_numbers(studio, tmp_path):
    np.save(tmp_path / "picture.npy", studio.grained(studio.drawing(ink="black", width=0.02)))
    code = (
        "import numpy, sys\nfrom persrv.adapters.embedding import open_image_encoder\n"
        "vector = open_image_encoder('style').embed([numpy.load(sys.argv[1])])\nprint(vector.tobytes().hex())"
    )
    run = [sys.executable, "-c", code, str(tmp_path / "picture.npy")]
    out = subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()
    assert out == StyleEncoder().embed([np.load(tmp_path / "picture.npy")]).tobytes().hex()
