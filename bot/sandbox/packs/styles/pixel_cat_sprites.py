"""The pixel cat's sprites as text, one letter a pixel; `.` is empty."""

from __future__ import annotations

CAT = (
    "................",
    "....##..........",
    "....#o#.........",
    "...#opo#........",
    "...#oppo########",
    "...#oppooooosoos",
    "...#opoooooosoos",
    "...#ooooooooooos",
    "..#ooooooooooooo",
    "..#ooooooooooooo",
    ".#oooooooooooooo",
    ".#oooooooooooooo",
    ".#sooooooooooooo",
    ".#ssoooooooooooo",
    ".#ooooooooooooww",
    ".#ssoooooooooowp",
    ".#sooooooooowwww",
    "..#oooooooowwwww",
    "..#oooooooowwwww",
    "...#oooooooowwww",
    "....###ooooooooo",
    "......#d########",
    "......#ooooooooo",
    ".....#oooooooooo",
    ".....#ooooowwwww",
    ".....#oooowwwwww",
    ".....#sooowwwwww",
    ".....#oooo#wwwww",
    ".....#soow#wwwww",
    ".....#owww#wwwww",
    "......##########",
)
"""The left half; the right one is its mirror. # outline, o fur, s stripes, d shade, w white, p pink."""
TAIL = ("..###.", ".#oos#", "#oo##.", "#os#..", ".#oo#.", ".#oo#.", "#ooo#.", "soo#..", "oo#...")

EYES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
"""Left and right eye, centred on the face's eye places."""
_BOTH: dict[str, tuple[str, ...]] = {
    "dot": (".kk.", "kwkk", "kkkk", ".kk."),
    "glare": ("kk..", ".kkk", ".kwk", "..k."),
    "happy": (".kkk.", "k...k"),
    "closed": ("k...k", ".kkk."),
    "wide": ("kkkkk", "kwwwk", "kwkwk", "kwwwk", "kkkkk"),
    "line": ("kkkkk",),
    "teary": (".kkk.", "kwwkk", "kwkkk", "kkkwk", "bbbbb"),
    "star": ("..y..", "yyyyy", ".yyy.", "yy.yy"),
    "heart": ("rr.rr", "rrrrr", ".rrr.", "..r.."),
    "half": ("kkkkk", ".kkk.", ".kkk."),
    "look": ("kkkkk", "kwwwk", "kwwkk", "kwwkk", "kkkkk"),
    "squeeze": ("kk...", "..kk.", "....k", "..kk.", "kk..."),
    "side": ("kkkkk", ".wwkk", ".wwkk", "..kk."),
}
for _name, _art in _BOTH.items():
    _turned = _name in ("squeeze", "glare")
    EYES[_name] = (_art, tuple(row[::-1] for row in _art) if _turned else _art)
EYES["wink"] = (EYES["dot"][0], EYES["squeeze"][1])
EYES["odd"] = (EYES["wide"][0], EYES["dot"][1])

MOUTHS = {
    "smile": ("k..kk..k", ".kk..kk."),
    "small": ("k..k", ".kk."),
    "cat": ("k..kk..k", ".kk..kk."),
    "grin": ("kkkkkkkk", "kmmmmmmk", ".kmttmk.", "..kkkk.."),
    "wail": ("..kkkk..", ".kmmmmk.", "kmmttmmk", "kkkkkkkk"),
    "frown": (".kkkk.", "k....k"),
    "flat": ("kkkk",),
    "gasp": (".kk.", "kmmk", "kmmk", "ktmk", ".kk."),
    "wavy": (".kk..kk.", "k..kk..k"),
    "teeth": ("kkkkkkkk", "kwkwwkwk", "kwkwwkwk", "kkkkkkkk"),
    "tongue": ("k..kk..k", ".kktkkk.", "...tt..."),
    "drool": ("kkkkkk..", "kmmmmkb.", ".kttk.b.", "..kk..bb"),
    "slant": ("...kkk", "kkk..."),
}
BROWS = {
    "angry": ("kk....", "..kk..", "....k."),
    "sad": ("....k.", "..kk..", "kk...."),
    "raised": (".kkk.",),
    "one": (".kkk.",),
}
"""The left brow; the right one is its mirror."""

PROPS: dict[str, tuple[tuple[int, int, tuple[str, ...]], ...]] = {
    "joy": ((-2, 10, ("..b", ".bB", "bBb", ".b.")), (31, 10, ("b..", "Bb.", "bBb", ".b."))),
    "tears": ((7, 15, ("Bb", "bB", "Bb", "bb", "bB", "bb")), (23, 15, ("bB", "Bb", "bB", "bb", "Bb", "bb"))),
    "palms": ((13, 20, ("..kk..", ".kook.", "kookok", "kookok", "kookok", ".kkkk.")),),
    "sparkles": ((-4, 1, ("..y..", ".yYy.", "yYYYy", ".yYy.", "..y..")), (33, 2, (".y.", "yYy", ".y."))),
    "moon": ((-4, 0, (".yyy..", "yYy...", "yY....", "yYy..y", ".yyyy.")),),
    "zzz": ((30, 0, ("..BBBB", "....B.", "...B..", "..BBBB", "BBB...", "..B...", ".B....", "BBB..."))
            ,),
    "fists": ((-3, 17, (".kkk.", "kwwwk", "kwkwk", "kwwwk", ".kkk.")),
              (30, 17, (".kkk.", "kwwwk", "kwkwk", "kwwwk", ".kkk.")),
              (-3, 0, ("y..", ".y.", "..y")), (32, 0, ("..y", ".y.", "y.."))),
    "vein": ((21, 4, ("r..r", ".rr.", ".rr.", "r..r")),),
    "steam": ((-4, 3, (".ww", "www", "ww.")), (33, 3, ("ww.", "www", ".ww"))),
    "hearts": ((-4, 0, ("rr.rr", "rwrrr", "rrrrr", ".rrr.", "..r..")), (32, 8, ("P.P", "PPP", ".P.")),
               (30, 0, ("r.r", "rrr", ".r."))),
    "sweat": ((31, 5, ("..b.", ".bB.", "bBbb", "bBbb", ".bb.")),),
    "ring": ((29, 16, ("k.k.k..", "kokok..", ".kokkk.", "..kyyk.", "..ky.yk", "..kyyyk", "...kkk.")),),
    "tick": ((27, 17, (".ggggg.", "ggggwgg", "ggggwgg", "gwgwggg", "ggwgggg", ".ggggg.")),),
    "gloom": ((12, 5, ("b.b.b.b", "b.b.b.b", "b.b.b.b", "..b...b")),),
    "bang": ((32, 0, ("rr", "rr", "rr", "rr", "..", "rr")), (-3, 0, ("rr", "rr", "rr", "rr", "..", "rr"))),
    "ellipsis": ((27, 0, ("kkkkkkkkkk", "kwwwwwwwwk", "kwkwkkwkwk", "kwwwwwwwwk", "kkkwwkkkkk", "..kwk.....",
                          "..kk......")),),
    "hat": ((12, -3, ("...yy...", "..yyyy..", "...rr...", "..rryr..", "..yrrr..", ".rryrrr.", ".rrrryr.",
                      "rryrrrrr")),),
    "confetti": ((-3, 2, ("g..", "..r", "...", "y..")), (32, 1, (".b.", "...", "r.g", ".y.")),
                 (8, 0, ("b...P",)), (21, 0, ("y...g",)), (-3, 20, ("r", ".", "b")), (34, 12, ("P", ".", "y"))),
    "bowl": ((9, 22, ("...wwwwwwww...", ".wwwwwwwwwwww.", "kkkkkkkkkkkkkk", "krrrrrrrrrrrrk", "kryyrryyrryyrk",
                      ".krrrrrrrrrrk.", "..kkkkkkkkkk..")),
             (23, 15, ("....n.n", "...n.n.", "..n.n..", ".n.n...", "n.n....", ".n....."))),
    "bags": ((7, 15, ("dddd",)), (21, 15, ("dddd",))),
    "sun": ((-5, -2, ("...y...", ".y...y.", "..yyy..", "y.yYy.y", "..yyy..", ".y...y.", "...y...")),
            (31, -1, ("..www.", ".wwwww", "wwwwww"))),
    "wave": ((29, 13, (".kkkk.", "kowok.", "kwwwok", "kowook", ".kooko", "..koo.")), (34, 10, ("y.", ".y")),
             (28, 11, ("y",))),
    "thumb": ((27, 13, ("..kk...", "..kwk..", "..kwk..", ".kwwkkk", "kwwwwwk", "kwwwwkk", "kwwwwwk", ".kkkkk.")),),
    "question": ((31, 0, ("yyy.", "..yy", ".yy.", ".y..", "....", ".y..")),
                 (-4, 0, ("yyy", "..y", ".y.", "...", ".y."))),
    "fingers": ((11, 22, (".kkk..kkk.", "kwwwkkwwwk", "kwwwkkwwwk", ".kkk..kkk."))
                ,),
    "blushing": ((4, 15, ("PpPpP", ".pPp.")), (23, 15, ("PpPpP", ".pPp."))),
    "wall": ((-3, 20, tuple("k" * 38 if row in (0, 5) else "knnnnnnnnNnnnnnnnnnNnnnnnnnnnNnnnnnnnk"[:37] + "k"
                            for row in range(11))),
             (5, 18, (".kkk.", "kwwwk", "kwwwk", ".kkk.")), (22, 18, (".kkk.", "kwwwk", "kwwwk", ".kkk."))),
    "laptop": ((8, 21, ("kkkkkkkkkkkkkkkk", "kGGGGGGGGGGGGGGk", "kGGGGGrGGrGGGGGk", "kGGGGGrrrrGGGGGk",
                        "kGGGGGGrrGGGGGGk", "kGGGGGGGGGGGGGGk", "kkkkkkkkkkkkkkkk", "SSSSSSSSSSSSSSSS")),),
    "briefcase": ((25, 23, ("...kkkk...", "...k..k...", "kkkkkkkkkk", "knnnnnnnnk", "knnnyynnnk", "kkkkyykkkk",
                            "knnnnnnnnk", "kkkkkkkkkk")),),
    "cake": ((8, 19, ("..y....y....y...", "..B....B....B...", "..B....B....B...", "kkkkkkkkkkkkkkkk",
                      "kwwwwwwwwwwwwwwk", "kwPwwPPwwPwwPPwk", "kPPPPPPPPPPPPPPk", "kPPrPPPrPPPrPPPk",
                      "kPPPPPPPPPPPPPPk", "kkkkkkkkkkkkkkkk")),),
}  # fmt: skip
"""Where the top left corner goes on the 32 x 32 grid, and the sprite."""
