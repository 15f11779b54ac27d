"""Pixel Cat: a 32 x 32 cat in chunky pixels, with captions on a grid of their own."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bot.sandbox.packs.faces import EXPRESSIONS
from bot.sandbox.packs.glyphs import font_files
from bot.sandbox.packs.phrases import BY_KEY, PHRASES
from bot.sandbox.packs.styles.pixel_cat_sprites import BROWS, CAT, EYES, MOUTHS, PROPS, TAIL
from bot.sandbox.packs.svg import SIDE, webp

_GRID, _CHUNK = 128, 3
"""The picture is 128 x 128 dots of 4 pixels; a dot of the cat is three of them wide."""
_LEFT, _TOP = 16, 10
_COATS = (
    {"o": "#f6a84c", "s": "#d97a2b", "d": "#c76a22", "w": "#fff1dc"},
    {"o": "#9fb0c3", "s": "#73869e", "d": "#66788f", "w": "#f2f6fb"},
    {"o": "#c3a5e8", "s": "#9a79c6", "d": "#8d6dba", "w": "#f8f1ff"},
    {"o": "#fff4e6", "s": "#f3c48e", "d": "#dcc3ab", "w": "#ffffff"},
)
_INK = "#2b2233"
_COLOURS = {
    "#": _INK, "k": _INK, "p": "#ff9db0", "r": "#f04a58", "y": "#ffc93c", "Y": "#fff2b0", "b": "#58b7f5",
    "B": "#3f8fe0", "g": "#46bf6c", "m": "#8f2f45", "t": "#ff7d8c", "P": "#ff8fc0", "n": "#c98d55",
    "N": "#9f6736", "G": "#77839c", "S": "#c3cbdb",
}  # fmt: skip
_TEXT = ("#ff7a45", "#3f8fe0", "#e0457b", "#36a35c", "#8a5cf0")


class _Board:
    """A grid of dots to put sprites on."""

    def __init__(self, colours: dict[str, str]) -> None:
        self.image = Image.new("RGBA", (_GRID, _GRID), (0, 0, 0, 0))
        self._pen = ImageDraw.Draw(self.image)
        self._colours = colours

    def put(self, x: int, y: int, sprite: tuple[str, ...]) -> None:
        for row, line in enumerate(sprite):
            for column, letter in enumerate(line):
                if letter != ".":
                    left, top = _LEFT + (x + column) * _CHUNK, _TOP + (y + row) * _CHUNK
                    box = (left, top, left + _CHUNK - 1, top + _CHUNK - 1)
                    self._pen.rectangle(box, fill=self._colours[letter])

    def centred(self, x: float, y: float, sprite: tuple[str, ...]) -> None:
        self.put(round(x - len(sprite[0]) / 2), round(y - len(sprite) / 2), sprite)


def _with_rim(image: Image.Image, dots: int, colour: str) -> Image.Image:
    """Return the picture with a rim of whole dots."""
    rim = image.getchannel("A").filter(ImageFilter.MaxFilter(2 * dots + 1))
    out = Image.new("RGBA", image.size, colour)
    out.putalpha(rim)
    out.alpha_composite(image)
    return out


def _words(text: str, colour: str) -> Image.Image:
    """Return a line of text on the grid, without grey edges, in a dark rim."""
    size = 27
    while True:
        font = ImageFont.truetype(str(font_files()[0]), size, layout_engine=ImageFont.Layout.BASIC)
        left, _, right, bottom = font.getbbox(text)
        if right - left <= _GRID - 12:
            break
        size -= 1
    mask = Image.new("1", (_GRID, _GRID), 0)
    pen = ImageDraw.Draw(mask)
    pen.fontmode = "1"
    x, y = round((_GRID - (right - left)) / 2 - left), round(_GRID - 6 - bottom)
    # Twice, one dot apart: bold enough to read; small letters would only fill up.
    for step in (0, 1) if size > 20 else (0,):
        pen.text((x + step, y), text, fill=1, font=font)
    out = Image.new("RGBA", (_GRID, _GRID), colour)
    out.putalpha(mask.convert("L"))
    return _with_rim(out, 1, _INK)


def draw(key: str) -> bytes:
    """Return the sticker of a phrase as WebP."""
    phrase = BY_KEY[key]
    number = PHRASES.index(phrase)
    board = _Board({**_COLOURS, **_COATS[number % len(_COATS)]})
    expression = EXPRESSIONS[key]
    board.put(25, 20, TAIL)
    board.put(0, 0, tuple(half + half[::-1] for half in CAT))
    left, right = EYES[expression.eyes]
    board.centred(9, 12, left)
    board.centred(23, 12, right)
    mouth = MOUTHS[expression.mouth]
    board.put(16 - len(mouth[0]) // 2, 17, mouth)
    if expression.brows:
        brow = BROWS[expression.brows]
        board.centred(9, 8, brow)
        if expression.brows != "one":
            board.centred(23, 8, tuple(row[::-1] for row in brow))
    if expression.blush:
        board.put(4, 15, ("pp",))
        board.put(26, 15, ("pp",))
    for name in expression.props:
        for x, y, sprite in PROPS[name]:
            board.put(x, y, sprite)
    text = phrase.chinese(1) if number % 3 else phrase.english(1)
    board.image.alpha_composite(_words(text, _TEXT[number % len(_TEXT)]))
    picture = _with_rim(board.image, 2, "#ffffff")
    return webp(picture.resize((SIDE, SIDE), Image.Resampling.NEAREST), flat=True)
