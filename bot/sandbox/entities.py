"""Formatted text: the Bot API's HTML style, read as strictly as Telegram reads it, and found entities."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.sandbox.model import Entity, FormattedText
from bot.sandbox.refusals import Refusal, bad_request

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_TAG_NAME = re.compile(r"[A-Za-z0-9-]*")
_ATTRIBUTE = re.compile(
    r"""\s+([A-Za-z0-9-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.\-]+)))?""",
)

_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<url>(?:https?://|www\.)[^\s<>\"]+"
    r"|(?<![\w@.])(?:[A-Za-z0-9-]+\.)+(?:me|com|org|net|io|dev|app|cn)\b(?:/[^\s<>\"]*)?)"
    r"|(?P<mention>(?<![\w@])@[A-Za-z][A-Za-z0-9_]{2,31})"
)
_OPAQUE = frozenset({"code", "pre", "text_link"})


def utf16_length(text: str) -> int:
    """How long Telegram says a text is: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def find_entities(text: str) -> tuple[Entity, ...]:
    """Commands, links and mentions in plain text, as Telegram marks them by itself."""
    found = []
    for match in _FOUND.finditer(text):
        kind = str(match.lastgroup)
        word = match.group().rstrip(".,;:!?)'") if kind == "url" else match.group()
        found.append(Entity(kind, utf16_length(text[: match.start()]), utf16_length(word)))
    return tuple(found)


def read_text(raw: str, parse_mode: str) -> FormattedText:
    """What a message with this text shows.

    :param parse_mode: "" or "HTML" (any case).
    :raises Refusal: the markup is wrong, or the sandbox does not know the mode.
    """
    if not parse_mode:
        marked = FormattedText(raw)
    elif parse_mode.lower() == "html":
        marked = parse_html(raw)
    else:
        raise bad_request("unsupported parse_mode")
    return with_found_entities(_trimmed(marked))


def with_found_entities(marked: FormattedText) -> FormattedText:
    """The same text, with the entities that Telegram finds by itself beside the given ones."""
    taken = [e for e in marked.entities if e.type in _OPAQUE]
    found = [
        e
        for e in find_entities(marked.text)
        if all(e.offset + e.length <= t.offset or e.offset >= t.offset + t.length for t in taken)
    ]
    if not found:
        return marked
    ordered = sorted([*marked.entities, *found], key=lambda e: (e.offset, -e.length))
    return FormattedText(marked.text, tuple(ordered))


def parse_html(raw: str) -> FormattedText:
    """Bot API, "HTML style".

    :raises Refusal: "Bad Request: can't parse entities: ..." with the reason and the byte offset.
    """
    return _Reader(raw).read()


def _trimmed(marked: FormattedText) -> FormattedText:
    """Without the white space at both ends, as Telegram stores a message."""
    text = marked.text.strip()
    if text == marked.text:
        return marked
    dropped = utf16_length(marked.text[: len(marked.text) - len(marked.text.lstrip())])
    end = utf16_length(text)
    entities = []
    for entity in marked.entities:
        start = max(0, entity.offset - dropped)
        stop = min(end, entity.offset - dropped + entity.length)
        if stop > start:
            entities.append(Entity(entity.type, start, stop - start, entity.url, entity.language))
    return FormattedText(text, tuple(entities))


@dataclass(slots=True)
class _OpenTag:
    """A start tag whose end has not come."""

    name: str
    place: int
    offset: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reader:
    """Reads HTML style from left to right.

    :param units: UTF-16 code units written so far.
    """

    raw: str
    place: int = 0
    units: int = 0
    written: list[str] = field(default_factory=list)
    open_tags: list[_OpenTag] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def read(self) -> FormattedText:
        while self.place < len(self.raw):
            character = self.raw[self.place]
            if character == "<":
                if self.raw.startswith("</", self.place):
                    self._end_tag()
                else:
                    self._start_tag()
            else:
                reference = _REFERENCE.match(self.raw, self.place) if character == "&" else None
                self._write(_referenced(reference) if reference else character)
                self.place = reference.end() if reference else self.place + 1
        if self.open_tags:
            raise _unparsable(f'Can\'t find end tag corresponding to start tag "{self.open_tags[-1].name}"')
        self.entities.sort(key=lambda e: (e.offset, -e.length))
        return FormattedText("".join(self.written), tuple(self.entities))

    def _write(self, text: str) -> None:
        self.written.append(text)
        self.units += utf16_length(text)

    def _at(self, place: int) -> str:
        return f"at byte offset {len(self.raw[:place].encode())}"

    def _start_tag(self) -> None:
        begin = self.place
        name = _TAG_NAME.match(self.raw, begin + 1)
        tag = name.group().lower() if name else ""
        if begin + 1 + len(tag) >= len(self.raw):
            raise _unparsable(f"Unclosed start tag {self._at(begin)}")
        if tag not in _TYPES:
            raise _unparsable(f'Unsupported start tag "{tag}" {self._at(begin)}')
        attributes: dict[str, str] = {}
        place = begin + 1 + len(tag)
        while (match := _ATTRIBUTE.match(self.raw, place)) is not None:
            value = next((group for group in match.groups()[1:] if group is not None), "")
            attributes[match.group(1).lower()] = _REFERENCE.sub(_referenced, value)
            place = match.end()
        place += len(self.raw[place:]) - len(self.raw[place:].lstrip())
        if not self.raw.startswith(">", place):
            raise _unparsable(f'Unclosed start tag "{tag}" {self._at(begin)}')
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _unparsable(f'Tag "span" must have class "tg-spoiler" {self._at(begin)}')
        self.open_tags.append(_OpenTag(tag, begin, self.units, attributes))
        self.place = place + 1

    def _end_tag(self) -> None:
        begin = self.place
        close = self.raw.find(">", begin)
        if not self.open_tags:
            raise _unparsable(f"Unexpected end tag {self._at(begin)}")
        if close < 0:
            raise _unparsable(f"Unclosed end tag {self._at(begin)}")
        tag = self.raw[begin + 2 : close].strip().lower()
        opened = self.open_tags.pop()
        if tag not in ("", opened.name):
            raise _unparsable(f'Unmatched end tag {self._at(begin)}, expected "</{opened.name}>", found "</{tag}>"')
        self.place = close + 1
        self._close(opened)

    def _close(self, opened: _OpenTag) -> None:
        length = self.units - opened.offset
        url = opened.attributes.get("href", "")
        if length == 0 or (opened.name == "a" and not url):
            return
        language = opened.attributes.get("class", "").removeprefix("language-") if opened.name == "pre" else ""
        self.entities.append(Entity(_TYPES[opened.name], opened.offset, length, url, language))


def _referenced(match: re.Match[str]) -> str:
    """The character that `&...;` stands for; Telegram knows numbers and four names."""
    if match.group(3):
        return _NAMED[match.group(3)]
    code = int(match.group(1)) if match.group(1) else int(match.group(2), 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return match.group()
    return chr(code)


def _unparsable(reason: str) -> Refusal:
    return bad_request(f"can't parse entities: {reason}")
