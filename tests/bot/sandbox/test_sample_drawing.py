"""The drawing tools of the sample packs, against FreeType's own rendering and against sums by hand."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from rlottie_python import LottieAnimation

from bot.sandbox.packs.brush import brushed
from bot.sandbox.packs.contours import Contour, ellipse, path, placed, sampled, svg_path
from bot.sandbox.packs.glyphs import font_files, sans, serif
from bot.sandbox.packs.lettering import caption
from bot.sandbox.packs.lottie import Layer, tgs
from bot.sandbox.packs.marks import shape
from bot.sandbox.packs.svg import die_cut, document, render


def freetype_ink(character, font_file):
    # Large: FreeType moves stems to whole pixels, which must not matter.
    font = ImageFont.truetype(str(font_file), 600)
    image = Image.new("L", (800, 800), 0)
    ImageDraw.Draw(image).text((40, 600), character, fill=255, font=font, anchor="ls")
    return np.asarray(image) > 127


def our_ink(character, font):
    outline = [placed(40, 600, scale=600).contour(contour) for contour in font.outline(character)]
    svg = document(f'<path d="{svg_path(outline)}"/>', view="0 0 800 800")
    return np.asarray(render(svg, 800))[:, :, 3] > 127


@pytest.mark.parametrize("character", list("哈谢爱震Ag&?"))
@pytest.mark.parametrize("family", [0, 1])
def test_an_outline_covers_what_freetype_draws(character, family):
    theirs, ours = freetype_ink(character, font_files()[family]), our_ink(character, (sans, serif)[family]())
    assert theirs.any()
    assert (theirs & ours).sum() / (theirs | ours).sum() > 0.96


def test_an_advance_is_what_freetype_says():
    font = ImageFont.truetype(str(font_files()[0]), 1000, layout_engine=ImageFont.Layout.BASIC)
    for character in "哈gW. ":
        assert sans().advance(character) == pytest.approx(font.getlength(character) / 1000, abs=0.002)


def test_a_caption_is_made_smaller_until_it_fits():
    free = caption("生日", sans(), x=0, y=0, size=100, fit=1000)
    tight = caption("生日", sans(), x=0, y=0, size=100, fit=100)
    # A Chinese character is one em wide.
    assert (free.size, free.width) == (100, 200)
    assert (tight.size, tight.width) == (50, 100)


def test_path_text_is_read_as_curves():
    (line,) = path("M0 0 L3 6")
    assert line == Contour((0, 0), (((1, 2), (2, 4), (3, 6)),), False)
    (bow,) = path("M0 0 Q3 3 6 0 Z")
    assert bow == Contour((0, 0), (((2, 2), (4, 2), (6, 0)),), True)
    assert len(path("M0 0 L1 1 M2 2 L3 3")) == 2


def test_path_text_with_another_command_is_refused():
    with pytest.raises(ValueError, match="cannot be read"):
        path("5 5 L1 1")


def test_a_sampled_circle_stays_on_the_circle():
    for x, y in sampled(ellipse(10, 20, 50), 4):
        assert np.hypot(x - 10, y - 20) == pytest.approx(50, rel=0.001)


def test_a_brush_stroke_is_no_wider_than_its_brush_and_the_same_for_a_seed():
    (line,) = path("M0 0 L400 0")
    stroke = brushed(line, 30, random.Random(1))
    assert stroke == brushed(line, 30, random.Random(1))
    assert stroke != brushed(line, 30, random.Random(2))
    heights = [abs(y) for _, y in sampled(stroke, 4)]
    assert 10 < max(heights) < 30 / 2 * 1.4


def test_a_die_cut_rim_goes_around_the_drawing_and_not_over_it():
    red = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(red).rectangle((80, 80, 120, 120), fill=(255, 0, 0, 255))
    cut = die_cut(red, width=10, shadow=0)
    assert cut.getpixel((100, 100)) == (255, 0, 0, 255)
    assert cut.getpixel((100, 76)) == (255, 255, 255, 255)
    assert cut.getpixel((100, 50))[3] == 0


def test_a_circle_in_lottie_is_drawn_where_it_is_said(tmp_path):
    file = tmp_path / "circle.tgs"
    marks = [shape(ellipse(100, 200, 50), "dark", ""), shape(ellipse(100, 200, 20), "red", "")]
    file.write_bytes(tgs([Layer(marks)], {"dark": "#000000", "red": "#ff0000"}, frames=60))
    picture = LottieAnimation.from_tgs(str(file)).render_pillow_frame(frame_num=0).convert("RGBA")
    # The later mark is above the earlier one.
    assert picture.getpixel((100, 200)) == (255, 0, 0, 255)
    assert picture.getpixel((140, 200)) == (0, 0, 0, 255)
    assert picture.getpixel((156, 200))[3] == 0
    assert picture.getpixel((100, 256))[3] == 0
