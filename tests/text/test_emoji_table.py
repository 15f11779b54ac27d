"""The generated table, and its generator on packages made by hand."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from persrv.errors import SourceInvalid
from persrv.text import find_emoji, normalise
from persrv.text._generate_emoji_table import generate
from persrv.text.emoji import emoji_table
from persrv.text.scripts import EMOJI

DATA = resources.files("persrv.text").joinpath("data")


def test_every_line_is_one_normalised_emoji_with_words_in_both_languages():
    lines = [line for line in DATA.joinpath("emoji.tsv").read_text("utf-8").split("\n") if line[:2] != "# "]
    assert lines.pop() == ""
    assert len(lines) == len(emoji_table()) >= 1914
    for line in lines:
        assert line.count("\t") == 4
        entry = emoji_table()[line.split("\t")[0]]
        assert normalise(entry.emoji) == entry.emoji
        assert find_emoji(entry.emoji) == (entry.emoji,)
        for word in (entry.english_name, entry.chinese_name, *entry.english, *entry.chinese):
            assert word
            assert word == word.strip()
        assert re.search("[\u3400-\u9fff]", entry.chinese_name + "".join(entry.chinese)), line


def test_punctuation_digits_and_skin_tones_are_not_in_it():
    assert not set(emoji_table()) & set("!?.,-+=#*0123456789→★♪\U0001f3fb\U0001f3fd")
    assert not any("\U0001f3fb" <= character <= "\U0001f3ff" for emoji in emoji_table() for character in emoji)


def test_the_pattern_for_emoji_takes_no_other_symbol_of_the_basic_plane():
    single = {chr(code) for code in range(0x10000) if re.fullmatch(EMOJI, chr(code))}
    assert single == {emoji for emoji in emoji_table() if len(emoji) == 1 and emoji < "\U00010000"}


def test_it_says_where_it_is_from_and_carries_the_licence():
    assert re.search(r"^# .*Unicode CLDR \d+\.\d+", DATA.joinpath("emoji.tsv").read_text("utf-8"), re.MULTILINE)
    assert "UNICODE LICENSE V3" in DATA.joinpath("LICENSE.unicode.txt").read_text("utf-8")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """The three packages as npm unpacks them, with two emoji, a skin tone and a comma."""

    def write(path: str, content: object) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(json.dumps(content), encoding="utf-8")

    for name in ("cldr-annotations-full", "cldr-annotations-derived-full", "unicode-emoji-json"):
        write(f"{name}/package.json", {"version": "9.1.0"})
    for language, comma, heart, flag in (
        ("en", "comma", ["red heart", "love"], "flag: China"),
        ("zh", "逗号", ["红心", "爱"], "旗: 中国"),
    ):
        plain = {",": {"default": [comma], "tts": [comma]}, "❤": {"default": heart, "tts": [heart[0]]}}
        derived = {
            "🇨🇳": {"default": [flag[:1]], "tts": [flag]},
            "👍🏻": {"default": ["x"], "tts": ["x"]},
        }
        write(
            f"cldr-annotations-full/annotations/{language}/annotations.json",
            {"annotations": {"annotations": plain}},
        )
        write(
            f"cldr-annotations-derived-full/annotationsDerived/{language}/annotations.json",
            {"annotationsDerived": {"annotations": derived}},
        )
    write("unicode-emoji-json/data-ordered-emoji.json", ["❤\ufe0f", "🇨🇳"])
    return tmp_path


def test_the_generator_writes_one_line_an_emoji(packages: Path):
    lines = [line for line in generate(packages).splitlines() if not line.startswith("# ")]
    assert lines == ["❤\tred heart\tred heart|love\t红心\t红心|爱", "🇨🇳\tflag: China\tf\t旗: 中国\t旗"]
    assert "CLDR 9.1.0" in generate(packages)


def test_the_generator_says_which_package_is_missing(packages: Path):
    (packages / "unicode-emoji-json" / "data-ordered-emoji.json").unlink()
    with pytest.raises(SourceInvalid, match=r"data-ordered-emoji\.json does not exist"):
        generate(packages)


def test_the_generator_takes_no_two_versions(packages: Path):
    (packages / "cldr-annotations-full" / "package.json").write_text('{"version": "8.0.0"}')
    with pytest.raises(SourceInvalid, match="differ in version"):
        generate(packages)


def test_the_generator_says_which_emoji_has_no_words(packages: Path):
    (packages / "unicode-emoji-json" / "data-ordered-emoji.json").write_text(json.dumps(["😂"]))
    with pytest.raises(SourceInvalid, match="no words for 😂"):
        generate(packages)
