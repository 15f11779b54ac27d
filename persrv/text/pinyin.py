"""Pinyin: how Chinese characters are spelt in Latin letters, without tones, as people type it.

The readings are the tables in the wheel of `pypinyin`, read as data: its own module keeps 50 MB of them in memory and
takes a fifth of a millisecond a word, too long for a vocabulary of hundreds of thousands.
"""

from __future__ import annotations

import json
import marshal
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from sys import intern
from typing import Final

from persrv.errors import ConfigurationError
from persrv.text.scripts import HAN

_HAN = re.compile(f"[{HAN}]+")
_LONGEST_PHRASE: Final = 8
_LONGEST_SYLLABLE: Final = 6
_NO_LETTERS = re.compile("[^a-z0-9]+")
_TONE_NUMBER = re.compile("(?<=[a-z])[0-5](?![0-9])")


@dataclass(frozen=True, slots=True)
class _Readings:
    """The tables: the most usual syllable of each character, and phrases in which one is read otherwise."""

    characters: dict[str, str]
    phrases: dict[str, tuple[str, ...]]
    syllables: frozenset[str]


def syllables_of(run: str) -> tuple[str, ...]:
    """The pinyin of a run of Chinese characters, one syllable each, phrases read as phrases (音乐: yin yue).

    :param run: Simplified characters.
    :return: As many as the run has characters; "" for one without a reading.
    """
    readings = _readings()
    found: list[str] = []
    place = 0
    while place < len(run):
        for length in range(min(_LONGEST_PHRASE, len(run) - place), 1, -1):
            phrase = readings.phrases.get(run[place : place + length])
            if phrase is not None:
                found += phrase
                place += length
                break
        else:
            found.append(readings.characters.get(run[place], ""))
            place += 1
    return tuple(found)


def pinyin_key(text: str) -> str:
    """The Latin letters that someone would type for a text: pinyin for Chinese, letters and digits as they are.

    Without blanks and tones (`kāi xin1` is `kaixin`); ü is `v`, also where `lue` is typed. Texts that sound alike
    have the same key.

    :param text: Normalised.
    :return: a to z and 0 to 9, perhaps nothing.
    """
    spelt = _HAN.sub(lambda run: "".join(syllables_of(run.group())), text)
    if not spelt.isascii():
        spelt = _plain(spelt)
    letters = _NO_LETTERS.sub("", _TONE_NUMBER.sub("", spelt))
    return letters.replace("lue", "lve").replace("nue", "nve")


def initials_of(run: str) -> str:
    """The first letter of each syllable (生日快乐: srkl), or "" where a character has no reading."""
    syllables = syllables_of(run)
    return "".join(syllable[0] for syllable in syllables) if all(syllables) else ""


def is_pinyin(letters: str) -> bool:
    """Whether letters can be read as whole syllables.

    :param letters: As `pinyin_key` gives them.
    """
    syllables = _readings().syllables
    reachable = [True] + [False] * len(letters)
    for end in range(1, len(letters) + 1):
        reachable[end] = any(
            reachable[start] and letters[start:end] in syllables
            for start in range(max(0, end - _LONGEST_SYLLABLE), end)
        )
    return bool(letters) and reachable[-1]


def load() -> None:
    """Read the tables now (about 0.3 s), so that no query waits."""
    _readings()


@cache
def _readings() -> _Readings:
    """:raises ConfigurationError: the package, or one of its tables, is missing."""
    # Made anew when all that JSON left between them is gone: the tables take 4 MB, and held 40 where they first lay.
    return _Readings(*marshal.loads(_tables()))  # noqa: S302  these very bytes were just made


def _tables() -> bytes:
    """What `_Readings` is made of."""
    spec = find_spec("pypinyin")
    folder = Path(spec.origin).parent if spec and spec.origin else Path("pypinyin")
    try:
        by_code = json.loads((folder / "pinyin_dict.json").read_bytes())
        by_phrase = json.loads((folder / "phrases_dict.json").read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(
            ["The tables of pypinyin are missing. Install them with `pip install 'pypinyin>=0.53,<1'`."]
        ) from error
    # A character's readings begin with the most usual one.
    characters = {chr(int(code)): intern(_syllable(readings.split(",")[0])) for code, readings in by_code.items()}
    phrases = {}
    for phrase, readings in by_phrase.items():
        syllables = tuple(intern(_syllable(reading[0])) for reading in readings)
        usual = tuple(characters.get(character, "") for character in phrase)
        if syllables != usual and len(syllables) == len(phrase) <= _LONGEST_PHRASE:
            phrases[phrase] = syllables
    common = (characters[chr(code)] for code in range(0x4E00, 0x9FA6) if chr(code) in characters)
    return marshal.dumps((characters, phrases, frozenset(common) - {"", "m", "n", "ng"}))


def _syllable(reading: str) -> str:
    return _NO_LETTERS.sub("", _plain(reading)).replace("lue", "lve").replace("nue", "nve")


def _plain(spelt: str) -> str:
    """Without tone marks, ü as v."""
    decomposed = unicodedata.normalize("NFD", spelt).replace("u\u0308", "v").replace("ê", "e")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
