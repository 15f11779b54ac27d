"""Stickers with captions, drawn for the tests, and the engine that reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pylopdf_fonts_zh_cn
import pytest
from PIL import Image, ImageDraw, ImageFont

from persrv.adapters.ocr import open_ocr
from persrv.ports.media import Frames

SIDE = 512
FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"


class Easel:
    """Draws stickers: 512 x 512, transparent."""

    @staticmethod
    def blank(ground=(0, 0, 0, 0)):
        return Image.new("RGBA", (SIDE, SIDE), ground)

    @staticmethod
    def letter(picture, text, *, fill="black", outline=None, width=0, size=72, centre=(256, 430), degrees=0):
        layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        ImageDraw.Draw(layer).text(
            centre,
            text,
            font=ImageFont.truetype(str(FONT), size),
            fill=fill,
            stroke_width=width,
            stroke_fill=outline,
            anchor="mm",
            align="center",
        )
        picture.alpha_composite(layer.rotate(degrees, Image.Resampling.BICUBIC, center=centre))
        return picture

    @staticmethod
    def face(picture, eyes="round", *, centre=(256, 220), radius=170):
        draw = ImageDraw.Draw(picture)
        x, y = centre
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#ffd34d", outline="black", width=8)
        for eye in (x - 65, x + 65):
            if eyes == "cross":
                draw.line((eye - 28, y - 60, eye + 28, y - 4), fill="black", width=12)
                draw.line((eye + 28, y - 60, eye - 28, y - 4), fill="black", width=12)
            else:
                draw.ellipse((eye - 30, y - 66, eye + 30, y - 2), fill="white", outline="black", width=8)
                draw.ellipse((eye - 10, y - 44, eye + 10, y - 24), fill="black")
        draw.arc((x - 70, y, x + 70, y + 100), 20, 160, fill="black", width=10)
        return picture

    @staticmethod
    def frames(*pictures):
        pixels = np.stack([np.asarray(picture) for picture in pictures])
        times = np.arange(len(pictures), dtype=np.float32) / 4
        return Frames(pixels, times, 0.0 if len(pictures) == 1 else len(pictures) / 4)


@pytest.fixture
def easel():
    return Easel


@pytest.fixture(scope="session")
def rapid():
    engine = open_ocr("rapidocr", 1)
    yield engine
    engine.close()


@pytest.fixture
def offline(monkeypatch):
    """No name is looked up and no connection made: an attempt is an error, not a delay."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("the OCR engine went to the network")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)
