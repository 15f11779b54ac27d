"""What the bot says: one TOML file a language, chosen by the person's Telegram language."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of one language."""

    code: str
    by_name: Mapping[str, str]

    def say(self, name: str, /, **values: object) -> str:
        """A text with its places filled in; values are escaped for Telegram HTML.

        :raises KeyError: there is no such text, or a place without a value: a mistake in the code.
        """
        escaped = {place: html.escape(str(value), quote=True) for place, value in values.items()}
        return self.by_name[name].strip("\n").format(**escaped)

    def plain(self, name: str, /, **values: object) -> str:
        """Like `say`, for places that take no markup: buttons, and answers to pressed ones."""
        return self.by_name[name].strip("\n").format(**values)

    def compose(self, name: str, /, *, markup: Mapping[str, str], **values: object) -> str:
        """Like `say`, with places that take finished markup made from other texts."""
        escaped = {place: html.escape(str(value), quote=True) for place, value in values.items()}
        return self.by_name[name].strip("\n").format(**escaped, **markup)


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages that there are texts for."""
    files = (entry.name for entry in resources.files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


@cache
def _load(code: str) -> Texts:
    table = tomllib.loads((resources.files(__package__) / f"{code}.toml").read_text("utf-8"))
    return Texts(code, table)


def texts_for(language: str | None) -> Texts:
    """The texts for an IETF language tag (Bot API `User.language_code`), English where there are none."""
    code = (language or DEFAULT_LANGUAGE).replace("_", "-").split("-")[0].lower()
    return _load(code if code in languages() else DEFAULT_LANGUAGE)


def words_taken(command: str, words: Sequence[str], texts: Texts) -> str:
    """A sentence that says which words a command takes after it."""
    shown = texts.say("comma").join(f"<code>{word}</code>" for word in words)
    return texts.compose("words_taken", markup={"words": shown}, command=command)
