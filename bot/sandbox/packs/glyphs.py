"""Glyph outlines out of an OpenType font with CFF outlines, so that captions can be drawn anywhere.

A `.tgs` file may hold no text and no font, so its captions must be shapes. This reads just enough of
OpenType (`cmap` formats 4 and 12, `hmtx`) and of CFF (Adobe Technical Notes 5176 and 5177) for Noto CJK.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from bot.sandbox.packs.charstrings import run_charstring
from bot.sandbox.packs.contours import Affine, Contour

_CHARSTRINGS, _PRIVATE, _SUBRS = (17,), (18,), (19,)
_FD_ARRAY, _FD_SELECT = (12, 36), (12, 37)


class _Index:
    """A CFF INDEX: byte strings by number (Technical Note 5176, section 5)."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.count = struct.unpack_from(">H", data, at)[0]
        self._width = data[at + 2] if self.count else 0
        self._offsets = at + 3
        self._base = self._offsets + (self.count + 1) * self._width - 1
        self.end = self._base + self._offset(self.count) if self.count else at + 2

    def _offset(self, number: int) -> int:
        at = self._offsets + number * self._width
        return int.from_bytes(self._data[at : at + self._width], "big")

    def __getitem__(self, number: int) -> bytes:
        return self._data[self._base + self._offset(number) : self._base + self._offset(number + 1)]

    def all(self) -> tuple[bytes, ...]:
        return tuple(self[number] for number in range(self.count))


def _real_end(data: bytes, at: int) -> int:
    while data[at] & 0x0F != 0x0F and data[at] >> 4 != 0x0F:
        at += 1
    return at + 1


def _integers(data: bytes) -> dict[tuple[int, ...], list[int]]:
    """Read a DICT (section 4); real numbers, which we never need, read as 0."""
    entries: dict[tuple[int, ...], list[int]] = {}
    stack: list[int] = []
    at = 0
    while at < len(data):
        byte = data[at]
        at += 1
        if byte <= 21:
            key: tuple[int, ...] = (byte,)
            if byte == 12:
                key = (12, data[at])
                at += 1
            entries[key] = stack
            stack = []
        elif byte == 28:
            stack.append(struct.unpack_from(">h", data, at)[0])
            at += 2
        elif byte == 29:
            stack.append(struct.unpack_from(">i", data, at)[0])
            at += 4
        elif byte == 30:
            at = _real_end(data, at)
            stack.append(0)
        elif byte <= 246:
            stack.append(byte - 139)
        elif byte <= 250:
            stack.append((byte - 247) * 256 + data[at] + 108)
            at += 1
        else:
            stack.append(-(byte - 251) * 256 - data[at] - 108)
            at += 1
    return entries


class GlyphFont:
    """The outlines of one font file, in ems: 1.0 is the font size, y downwards, baseline at 0.

    :param file: An `.otf` file with CFF outlines.
    """

    def __init__(self, file: Path) -> None:
        self._data = data = file.read_bytes()
        tables = {}
        for number in range(struct.unpack_from(">H", data, 4)[0]):
            tag, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
            tables[tag] = (offset, length)
        self._em = struct.unpack_from(">H", data, tables[b"head"][0] + 18)[0]
        self._metrics = struct.unpack_from(">H", data, tables[b"hhea"][0] + 34)[0]
        self._hmtx = tables[b"hmtx"][0]
        self._cmap = self._unicode_table(tables[b"cmap"][0])
        offset, length = tables[b"CFF "]
        self._read_cff(data[offset : offset + length])
        self._drawn: dict[str, tuple[Contour, ...]] = {}

    def _unicode_table(self, base: int) -> int:
        best = (0, 0)
        for number in range(struct.unpack_from(">H", self._data, base + 2)[0]):
            _, _, offset = struct.unpack_from(">HHI", self._data, base + 4 + 8 * number)
            kind = struct.unpack_from(">H", self._data, base + offset)[0]
            if kind in (4, 12):
                best = max(best, (kind, base + offset))
        return best[1]

    def _read_cff(self, cff: bytes) -> None:
        names = _Index(cff, cff[2])
        tops = _Index(cff, names.end)
        strings = _Index(cff, tops.end)
        self._globals = _Index(cff, strings.end).all()
        top = _integers(tops[0])
        self._charstrings = _Index(cff, top[_CHARSTRINGS][0])
        fonts = _Index(cff, top[_FD_ARRAY][0]).all()
        self._locals = tuple(self._local_subrs(cff, _integers(font)) for font in fonts)
        self._select = cff[top[_FD_SELECT][0] :]

    @staticmethod
    def _local_subrs(cff: bytes, font: dict[tuple[int, ...], list[int]]) -> tuple[bytes, ...]:
        size, offset = font[_PRIVATE]
        private = _integers(cff[offset : offset + size])
        return _Index(cff, offset + private[_SUBRS][0]).all() if _SUBRS in private else ()

    def _font_of(self, glyph: int) -> int:
        """Read FDSelect (section 19): which of the font's parts a glyph belongs to."""
        if self._select[0] == 0:
            return self._select[1 + glyph]
        chosen = 0
        for number in range(struct.unpack_from(">H", self._select, 1)[0]):
            first, font = struct.unpack_from(">HB", self._select, 3 + 3 * number)
            if first > glyph:
                break
            chosen = font
        return chosen

    def _glyph(self, character: str) -> int:
        code, data, at = ord(character), self._data, self._cmap
        if struct.unpack_from(">H", data, at)[0] == 12:
            for number in range(struct.unpack_from(">I", data, at + 12)[0]):
                first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * number)
                if first <= code <= last:
                    return int(glyph + code - first)
            return 0
        segments = struct.unpack_from(">H", data, at + 6)[0] // 2
        for number in range(segments):
            spot = at + 14 + 2 * number
            last = struct.unpack_from(">H", data, spot)[0]
            first = struct.unpack_from(">H", data, spot + 2 * segments + 2)[0]
            if first <= code <= last:
                delta = struct.unpack_from(">H", data, spot + 4 * segments + 2)[0]
                reach = struct.unpack_from(">H", data, spot + 6 * segments + 2)[0]
                if not reach:
                    return int(code + delta) & 0xFFFF
                where = spot + 6 * segments + 2 + reach + 2 * (code - first)
                return int(struct.unpack_from(">H", data, where)[0] + delta) & 0xFFFF
        return 0

    def advance(self, character: str) -> float:
        """Return how far the pen moves on, in ems."""
        number = min(self._glyph(character), self._metrics - 1)
        return float(struct.unpack_from(">H", self._data, self._hmtx + 4 * number)[0]) / float(self._em)

    def outline(self, character: str) -> tuple[Contour, ...]:
        """Return a character's outline in ems (non-zero winding)."""
        if character not in self._drawn:
            glyph = self._glyph(character)
            subrs = self._locals[self._font_of(glyph)]
            shape = run_charstring(self._charstrings[glyph], self._globals, subrs)
            to_ems = Affine(a=1 / self._em, d=-1 / self._em)
            self._drawn[character] = tuple(to_ems.contour(contour) for contour in shape)
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
