"""Glyph outlines out of a font, so that captions can be drawn anywhere.

A `.tgs` file may hold no text and no font, so its captions must be shapes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from bot.sandbox.packs.contours import Affine, Contour, Curve, Point, line_to


def _contours(pen: RecordingPen) -> tuple[Contour, ...]:
    """Return what was recorded as closed contours, in font units, y upwards."""
    contours: list[Contour] = []
    curves: list[Curve] = []
    start: Point = (0.0, 0.0)
    here = start
    for command, points in pen.value:
        if command == "moveTo":
            start = points[0]
        elif command == "lineTo":
            curves.append(line_to(here, points[0]))
        elif command == "curveTo":
            curves.append(points)
        elif curves:  # closePath
            contours.append(Contour(start, tuple(curves), True))
            curves = []
        here = points[-1] if points else start
    return tuple(contours)


class GlyphFont:
    """The outlines of one font file, in ems: 1.0 is the font size, y downwards, baseline at 0.

    :param file: An OpenType file with cubic outlines.
    """

    def __init__(self, file: Path) -> None:
        # Lazy: of tens of thousands of glyphs a pack's captions use a hundred.
        font = TTFont(file, lazy=True)
        self._em: int = font["head"].unitsPerEm
        self._names: dict[int, str] = font.getBestCmap()
        self._glyphs = font.getGlyphSet()
        self._drawn: dict[str, tuple[Contour, ...]] = {}

    def _name(self, character: str) -> str:
        return self._names.get(ord(character), ".notdef")

    def advance(self, character: str) -> float:
        """Return how far the pen moves on, in ems."""
        return float(self._glyphs[self._name(character)].width) / self._em

    def outline(self, character: str) -> tuple[Contour, ...]:
        """Return a character's outline in ems (non-zero winding)."""
        if character not in self._drawn:
            pen = RecordingPen()
            self._glyphs[self._name(character)].draw(pen)
            to_ems = Affine(a=1 / self._em, d=-1 / self._em)
            self._drawn[character] = tuple(to_ems.contour(contour) for contour in _contours(pen))
        return self._drawn[character]


@cache
def sans() -> GlyphFont:
    """Return Noto Sans SC (SIL Open Font License 1.1)."""
    return GlyphFont(font_files()[0])


@cache
def serif() -> GlyphFont:
    """Return Noto Serif SC (SIL Open Font License 1.1)."""
    return GlyphFont(font_files()[1])


def font_files() -> tuple[Path, Path]:
    """Return the font files of the `sandbox` extra: sans, then serif."""
    # Imported late: this module is read where the `sandbox` extra may be missing.
    import pylopdf_fonts_zh_cn as fonts

    return fonts.sans_path(), fonts.serif_path()
