"""The Type 2 charstring interpreter: a glyph's program to its outline (Adobe Technical Note 5177)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox.packs.contours import Contour, Curve, Point, line_to


class _Pen:
    """Draws by relative moves, as charstrings do."""

    def __init__(self) -> None:
        self.contours: list[Contour] = []
        self._here: Point = (0.0, 0.0)
        self._start: Point = (0.0, 0.0)
        self._curves: list[Curve] = []

    def move(self, dx: float, dy: float) -> None:
        self.finish()
        self._here = self._start = (self._here[0] + dx, self._here[1] + dy)

    def line(self, dx: float, dy: float) -> None:
        end = (self._here[0] + dx, self._here[1] + dy)
        self._curves.append(line_to(self._here, end))
        self._here = end

    def curve(self, d: Sequence[float]) -> None:
        p = (self._here[0] + d[0], self._here[1] + d[1])
        q = (p[0] + d[2], p[1] + d[3])
        r = (q[0] + d[4], q[1] + d[5])
        self._curves.append((p, q, r))
        self._here = r

    def finish(self) -> None:
        if self._curves:
            self.contours.append(Contour(self._start, tuple(self._curves), True))
        self._curves = []


def _bias(subrs: Sequence[bytes]) -> int:
    """Return what is added to a subroutine's number (section 4.7)."""
    if len(subrs) < 1240:
        return 107
    return 1131 if len(subrs) < 33900 else 32768


class _Machine:
    """One run of one charstring."""

    def __init__(self, global_subrs: Sequence[bytes], local_subrs: Sequence[bytes]) -> None:
        self.pen = _Pen()
        self._globals, self._locals = global_subrs, local_subrs
        self._stack: list[float] = []
        self._hints = 0
        self._done = False

    def run(self, code: bytes) -> None:
        at = 0
        while at < len(code) and not self._done:
            byte = code[at]
            at += 1
            if byte >= 32 or byte == 28:
                at = self._number(code, at, byte)
            elif byte == 11:  # return
                return
            elif byte in (10, 29):  # callsubr, callgsubr
                subrs = self._locals if byte == 10 else self._globals
                self.run(subrs[int(self._stack.pop()) + _bias(subrs)])
            elif byte in (19, 20):  # hintmask, cntrmask: the mask's bytes follow
                self._hints += len(self._stack) // 2
                self._stack.clear()
                at += (self._hints + 7) // 8
            elif byte == 12:
                self._flex(code[at])
                at += 1
            else:
                self._operate(byte)
                self._stack.clear()

    def _number(self, code: bytes, at: int, byte: int) -> int:
        if byte == 28:
            self._stack.append(int.from_bytes(code[at : at + 2], "big", signed=True))
            return at + 2
        if byte <= 246:
            self._stack.append(byte - 139)
            return at
        if byte <= 250:
            self._stack.append((byte - 247) * 256 + code[at] + 108)
            return at + 1
        if byte <= 254:
            self._stack.append(-(byte - 251) * 256 - code[at] - 108)
            return at + 1
        self._stack.append(int.from_bytes(code[at : at + 4], "big", signed=True) / 65536)
        return at + 4

    def _operate(self, byte: int) -> None:
        stack, pen = self._stack, self.pen
        if byte in (1, 3, 18, 23):  # the stem hints
            self._hints += len(stack) // 2
        elif byte in (4, 21, 22):  # vmoveto, rmoveto, hmoveto; the first may have a width before its arguments
            pen.move(0 if byte == 4 else stack[-2 if byte == 21 else -1], 0 if byte == 22 else stack[-1])
        elif byte == 14:  # endchar
            pen.finish()
            self._done = True
        else:
            self._draw(byte)

    def _draw(self, byte: int) -> None:
        stack = self._stack
        if byte in (5, 25):  # rlineto; rlinecurve ends with a curve
            self._lines(stack if byte == 5 else stack[:-6])
            self._curves(stack[-6:] if byte == 25 else ())
        elif byte in (8, 24):  # rrcurveto; rcurveline ends with a line
            self._curves(stack if byte == 8 else stack[:-2])
            self._lines(stack[-2:] if byte == 24 else ())
        elif byte in (6, 7):  # hlineto, vlineto: in turns
            for number, step in enumerate(stack):
                self.pen.line(*((step, 0) if (byte == 6) == (number % 2 == 0) else (0, step)))
        elif byte in (26, 27):  # vvcurveto, hhcurveto
            self._parallel(stack, upright=byte == 26)
        elif byte in (30, 31):  # vhcurveto, hvcurveto
            self._alternating(stack, flat=byte == 31)
        else:
            raise ValueError(f"This glyph uses the charstring operator {byte}, which is not known here.")

    def _lines(self, values: Sequence[float]) -> None:
        for at in range(0, len(values) - 1, 2):
            self.pen.line(values[at], values[at + 1])

    def _curves(self, values: Sequence[float]) -> None:
        for at in range(0, len(values) - 5, 6):
            self.pen.curve(values[at : at + 6])

    def _parallel(self, stack: list[float], *, upright: bool) -> None:
        side = stack.pop(0) if len(stack) % 4 else 0.0
        for at in range(0, len(stack), 4):
            a, b, c, d = stack[at : at + 4]
            self.pen.curve((side, a, b, c, 0, d) if upright else (a, side, b, c, d, 0))
            side = 0.0

    def _alternating(self, stack: list[float], *, flat: bool) -> None:
        last = stack.pop() if len(stack) % 4 else 0.0
        for at in range(0, len(stack), 4):
            a, b, c, d = stack[at : at + 4]
            extra = last if at + 4 == len(stack) else 0.0
            self.pen.curve((a, 0, b, c, extra, d) if flat else (0, a, b, c, d, extra))
            flat = not flat

    def _flex(self, byte: int) -> None:
        s, pen = self._stack, self.pen
        if byte == 35:  # flex
            self._curves(s[:12])
        elif byte == 34:  # hflex
            pen.curve((s[0], 0, s[1], s[2], s[3], 0))
            pen.curve((s[4], 0, s[5], -s[2], s[6], 0))
        elif byte == 36:  # hflex1
            pen.curve((s[0], s[1], s[2], s[3], s[4], 0))
            pen.curve((s[5], 0, s[6], s[7], s[8], -(s[1] + s[3] + s[7])))
        elif byte == 37:  # flex1
            dx, dy = sum(s[0:10:2]), sum(s[1:10:2])
            end = (s[10], -dy) if abs(dx) > abs(dy) else (-dx, s[10])
            self._curves(s[:6])
            pen.curve((*s[6:10], *end))
        else:
            raise ValueError(f"This glyph uses the charstring operator 12 {byte}, which is not known here.")
        s.clear()


def run_charstring(code: bytes, global_subrs: Sequence[bytes], local_subrs: Sequence[bytes]) -> tuple[Contour, ...]:
    """Return a glyph's closed contours in font units, y upwards.

    :raises ValueError: if the program uses an operator that Type 2 does not have.
    """
    machine = _Machine(global_subrs, local_subrs)
    machine.run(code)
    machine.pen.finish()
    return tuple(machine.pen.contours)
