import io
from datetime import date, timedelta

import numpy as np
import pytest
from PIL import Image

from persrv.adapters.pictures.usage import CHOICES, CLICK_THROUGH, HEIGHT, PLACE, QUERIES, WIDTH, MatplotlibUsagePainter
from persrv.domain.usage import DayOfUse, Use

FIRST = date(2026, 3, 1)


def days(*uses):
    return [DayOfUse(FIRST + timedelta(days=number), use) for number, use in enumerate(uses)]


def pixels_of(picture, colour):
    """How many pixels have exactly this colour in the part of the picture below its cards' figures."""
    wanted = tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return int((np.asarray(picture) == wanted).all(axis=2).sum())


def painted(*uses):
    return Image.open(io.BytesIO(MatplotlibUsagePainter().paint(days(*uses)))).convert("RGB")


def test_the_picture_is_a_png_of_the_size_that_fits_a_chat():
    data = MatplotlibUsagePainter().paint(days(*[Use(5, 6, 2, 3)] * 30))
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))


def test_each_of_the_four_figures_is_drawn_in_its_colour_and_what_is_unknown_is_not():
    full = painted(*[Use(50, 60, 20, 60)] * 30)
    lone = painted(*[Use()] * 29, Use(50, 60, 0, 0))
    for colour in (QUERIES, CHOICES, CLICK_THROUGH, PLACE):
        assert pixels_of(full, colour) > 1000, colour
    # Beside the dots before the figures there is one bar, one point of no choices at all, and no place.
    dot = pixels_of(lone, PLACE)
    assert pixels_of(lone, CHOICES) == pytest.approx(dot, rel=0.05)
    assert dot < pixels_of(lone, QUERIES) < pixels_of(full, QUERIES) / 5


@pytest.mark.parametrize(
    "use", [Use(), Use(1, 1, 1, 1), Use(10**7, 10**7, 10**7, 10**9), Use(1, 1, 50, 2500), Use(0, 0, 3, 3)]
)
def test_any_figures_can_be_drawn(use):
    assert painted(*[use] * 30).size == (WIDTH, HEIGHT)
    assert painted(use).size == (WIDTH, HEIGHT)


def test_without_a_day_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="no day"):
        MatplotlibUsagePainter().paint([])
