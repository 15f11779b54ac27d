import io

import numpy as np
import pytest
from PIL import Image

from persrv.adapters.pictures import PillowStylePainter
from persrv.adapters.pictures.styles import BADGE, CARD, GAP, MARGIN, PALETTE, WIDTH
from persrv.ports.pictures import DrawnStyle


def sticker(colour, width=200, height=200):
    pixels = np.zeros((height, width, 4), dtype=np.uint8)
    pixels[...] = (*colour, 255)
    return pixels


def painted(*styles):
    return np.asarray(Image.open(io.BytesIO(PillowStylePainter().paint(styles))).convert("RGB")).astype(int)


def has(area, colour):
    return bool((np.abs(area - np.array(colour)).max(axis=-1) <= 2).any())


RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)


def test_there_is_a_card_for_each_style_in_the_order_given():
    picture = painted(DrawnStyle(0.75, [sticker(RED)], []), DrawnStyle(0.25, [], [sticker(BLUE)]))
    assert picture.shape == (2 * MARGIN + 2 * CARD + GAP, WIDTH, 3)
    first, second = picture[MARGIN : MARGIN + CARD], picture[MARGIN + CARD + GAP : -MARGIN]
    assert has(first, RED)
    assert not has(first, BLUE)
    assert has(second, BLUE)


def test_a_sticker_of_their_own_is_marked_and_others_are_not():
    colour = tuple(int(PALETTE[0][place : place + 2], 16) for place in (1, 3, 5))

    def marked(style):
        return has(painted(style)[MARGIN : MARGIN + CARD, MARGIN + BADGE + 4 :], colour)

    assert marked(DrawnStyle(1.0, [sticker(BLUE)], []))
    assert not marked(DrawnStyle(1.0, [], [sticker(BLUE)]))


def test_the_bar_grows_with_the_share():
    def white(share):
        badge = painted(DrawnStyle(share, [sticker(BLUE)], []))[MARGIN + 168 : MARGIN + 182, MARGIN : MARGIN + BADGE]
        return int((badge.min(axis=-1) >= 250).sum())

    assert white(0.1) < white(0.5) < white(1.0)


def test_many_stickers_and_odd_shapes_fit():
    wide, tall = sticker(RED, width=900, height=30), sticker(GREEN, width=1, height=700)
    picture = painted(DrawnStyle(0.004, [wide, tall], [sticker(BLUE)] * 20))
    assert picture.shape == (2 * MARGIN + CARD, WIDTH, 3)


def test_no_style_cannot_be_painted():
    with pytest.raises(ValueError, match="no style"):
        PillowStylePainter().paint([])
