"""Drawn pictures with names, and the smallest SRS that learns them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from persrv.adapters.baselines import SrsSizes, SrsTraining
from persrv.ports.models import Pictures
from tests.adapters.baselines.checkpoints import make_blip2, make_clip, make_marian

COLOURS = {"红": (220, 40, 40), "绿": (40, 170, 60), "蓝": (50, 80, 220)}
SHAPES = {"圆": "ellipse", "方": "rectangle", "角": "polygon"}


def draw(colour, shape, *, shift=0, size=64):
    """One shape on nothing: uint8 RGBA, shape (size, size, 4)."""
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen, low, high = ImageDraw.Draw(picture), size // 5 + shift, size * 4 // 5 + shift
    if SHAPES[shape] == "polygon":
        pen.polygon([(low, high), (high, high), ((low + high) // 2, low)], fill=(*COLOURS[colour], 255))
    else:
        getattr(pen, SHAPES[shape])((low, low, high, high), fill=(*COLOURS[colour], 255))
    return np.asarray(picture).copy()


class Drawn(Pictures):
    """A catalogue in memory; None for a sticker without a picture."""

    def __init__(self, pictures):
        self.pictures = list(pictures)

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, row):
        return self.pictures[row]


@pytest.fixture(scope="session")
def names():
    """Of the nine drawn stickers, by row: a colour and a shape in two characters."""
    return [colour + shape for colour in COLOURS for shape in SHAPES]


@pytest.fixture(scope="session")
def drawings(names):
    return Drawn(draw(*name) for name in names)


@pytest.fixture(scope="session")
def sizes():
    return SrsSizes(side=32, channels=32, dimensions=16, heads=2, layers=1, most_words=8)


@pytest.fixture(scope="session")
def training():
    return SrsTraining(epochs=60, batch=9, negatives=4, pool=9, rate=5e-3)


@pytest.fixture(scope="session")
def tiny_blip2(names, drawings, tmp_path_factory):
    return make_blip2(tmp_path_factory.mktemp("blip2"), names, drawings.pictures)


@pytest.fixture(scope="session")
def tiny_marian(names, tmp_path_factory):
    return make_marian(tmp_path_factory.mktemp("opus-mt"), names)


@pytest.fixture(scope="session")
def tiny_clip(names, drawings, tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("chinese-clip"), names, drawings.pictures)
