"""Write `data/emoji.tsv` from Unicode CLDR: `python -m persrv.text._generate_emoji_table FOLDER`.

FOLDER holds three unpacked npm packages, each in a subfolder of its name: `cldr-annotations-full` and
`cldr-annotations-derived-full` (names and keywords; they also cover punctuation and skin tones), and
`unicode-emoji-json` (which strings are emoji, without skin tones). Nothing at run time needs this.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from persrv.errors import SourceInvalid
from persrv.text.normalisation import normalise

TABLE = Path(__file__).with_name("data") / "emoji.tsv"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What CLDR says of one emoji in one language: its short name, and keywords with no `|` in them."""

    name: str
    keywords: tuple[str, ...]


def generate(folder: Path) -> str:
    """Make the table's text: comment lines, then one line an emoji in Unicode's order, UTF-8, LF.

    :raises SourceInvalid: a package is missing, is of another version than the others, or lacks an emoji.
    """
    plain, derived = (
        _read(folder / name / "package.json") for name in ("cldr-annotations-full", "cldr-annotations-derived-full")
    )
    if plain["version"] != derived["version"]:
        raise SourceInvalid("The CLDR packages differ in version: unpack the same one of both.")
    english, chinese = _annotations(folder, "en"), _annotations(folder, "zh")
    emoji_set = _read(folder / "unicode-emoji-json" / "package.json")["version"]
    lines = [
        "# Words of emoji: emoji, English name, English keywords, Chinese name, Chinese keywords.",
        f"# Made from Unicode CLDR {plain['version']} (LICENSE.unicode.txt).",
        f"# Which strings are emoji: unicode-emoji-json {emoji_set}.",
    ]
    for spelling in _read(folder / "unicode-emoji-json" / "data-ordered-emoji.json"):
        emoji = normalise(spelling)
        if emoji not in english or emoji not in chinese:
            raise SourceInvalid(f"CLDR has no words for {emoji}: unpack a newer version of its packages.")
        columns = [emoji]
        for annotation in (english[emoji], chinese[emoji]):
            columns += [annotation.name, "|".join(annotation.keywords)]
        lines.append("\t".join(columns))
    return "\n".join(lines) + "\n"


def _annotations(folder: Path, language: str) -> dict[str, Annotation]:
    plain = _read(folder / "cldr-annotations-full" / "annotations" / language / "annotations.json")
    derived = _read(folder / "cldr-annotations-derived-full" / "annotationsDerived" / language / "annotations.json")
    merged = {**plain["annotations"]["annotations"], **derived["annotationsDerived"]["annotations"]}
    return {
        emoji: Annotation(words["tts"][0], tuple(words["default"]))
        for emoji, words in merged.items()
        if "tts" in words and "default" in words
    }


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SourceInvalid(f"{path} does not exist: unpack that package into this folder.") from error


def main() -> None:
    """Write the table; a mistake in the arguments ends the program with one sentence."""
    if len(sys.argv) != 2:
        sys.exit("Give one folder: the one that holds the three unpacked packages.")
    try:
        table = generate(Path(sys.argv[1]))
    except SourceInvalid as error:
        sys.exit(str(error))
    TABLE.write_text(table, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
