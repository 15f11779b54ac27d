"""Drawings in several styles, made for the tests."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw


class Studio:
    """Draws the same things in different ways; RGBA arrays of any size, made at four times that size."""

    def __init__(self, side=320):
        self.side = side

    def drawing(self, *, fill="#ff3030", ink=None, width=0.0, rim=None, ground=None, square=False, at=(0.5, 0.5)):
        """A disc or a square with a smaller one inside; lines as a share of the side."""
        big = self.side * 4
        picture = Image.new("RGBA", (big, big), ground or (0, 0, 0, 0))
        draw = ImageDraw.Draw(picture)
        shape = draw.rectangle if square else draw.ellipse

        def ring(radius, **how):
            x, y = at[0] * big, at[1] * big
            shape((x - radius * big, y - radius * big, x + radius * big, y + radius * big), **how)

        if rim:
            ring(0.36, fill=rim)
        ring(0.32, fill=fill, outline=ink, width=round(width * big))
        ring(0.14, fill="#3050ff", outline=ink, width=round(width * big))
        return np.asarray(picture.resize((self.side, self.side), Image.Resampling.BOX))

    def shaded(self, drawing, strength=0.6):
        """Light falls from above."""
        lit = np.linspace(1.0, 1.0 - strength, drawing.shape[0])[:, None, None]
        colours = (drawing[..., :3] * lit).round().astype(np.uint8)
        return np.concatenate([colours, drawing[..., 3:]], axis=2)

    def grained(self, drawing, strength=25, seed=0):
        """Noise like a photograph's."""
        noise = np.random.default_rng(seed).normal(0, strength, drawing.shape[:2])[..., None]
        colours = np.clip(drawing[..., :3] + noise, 0, 255).astype(np.uint8)
        return np.concatenate([colours, drawing[..., 3:]], axis=2)


@pytest.fixture
def studio():
    return Studio()


@pytest.fixture
def make_studio():
    return Studio
