"""What a person sees on the chat page, read from the page's API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from persrv.errors import PerSRVError


class SandboxRefused(PerSRVError):
    """The page's API said no; the message is its reason."""


class NothingHappened(PerSRVError):
    """A message that was waited for did not come; the error shows what the chat holds."""


@dataclass(frozen=True, slots=True)
class SeenSticker:
    """A sticker as the page shows it; `id` is its `file_unique_id`."""

    id: str
    format: str
    emoji: str
    set_name: str
    media: str
    preview: str


@dataclass(frozen=True, slots=True)
class SeenButton:
    """A button under a message; `action` is the Bot API's field, `value` what it holds."""

    text: str
    action: str
    value: str


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as the page shows it.

    :param text: Its text, or the caption of a photo or a document.
    :param photo: The picture's address, or "".
    """

    id: int
    chat: int
    sender: int
    sender_name: str
    from_bot: bool
    text: str
    sticker: SeenSticker | None
    photo: str
    document: str
    via_bot: str
    reply_to: int | None
    buttons: tuple[tuple[SeenButton, ...], ...]
    edited: bool

    def button(self, name: str) -> SeenButton:
        """The button with this text or this callback data, or whose text holds it.

        :raises NothingHappened: there is none.
        """
        flat = [button for row in self.buttons for button in row]
        exact = [button for button in flat if name in (button.text, button.value)]
        found = exact or [button for button in flat if name in button.text]
        if found:
            return found[0]
        raise NothingHappened(f"There is no button {name!r}; there are {[button.text for button in flat]}.")


@dataclass(frozen=True, slots=True)
class SeenAnswer:
    """An inline answer as the page shows it.

    :param button: (text, start parameter) of the button above the results, or None.
    :param ms: Milliseconds from the query to its answer.
    """

    query_id: str
    result_ids: tuple[str, ...]
    stickers: tuple[SeenSticker, ...]
    next_offset: str
    button: tuple[str, str] | None
    ms: float

    @property
    def sticker_ids(self) -> tuple[str, ...]:
        """The stickers' `file_unique_id`s, in order."""
        return tuple(sticker.id for sticker in self.stickers)


def read_answer(found: Mapping[str, object]) -> SeenAnswer:
    """What `/api/inline` answers."""
    results = [as_mapping(result) for result in as_sequence(found["results"])]
    button = found["button"]
    return SeenAnswer(
        query_id=str(found["query_id"]),
        result_ids=tuple(str(result["id"]) for result in results),
        stickers=tuple(read_sticker(as_mapping(result["sticker"])) for result in results),
        next_offset=str(found["next_offset"]),
        button=None
        if button is None
        else (str(as_mapping(button)["text"]), str(as_mapping(button)["start_parameter"])),
        ms=float(str(found["ms"])),
    )


def read_message(found: Mapping[str, object]) -> SeenMessage:
    """A message of the page's API."""
    sender = as_mapping(found["from"])
    sticker = found.get("sticker")
    document = found.get("document")
    reply_to = found.get("reply_to")
    rows = as_sequence(found.get("buttons", []))
    return SeenMessage(
        id=int(str(found["id"])),
        chat=int(str(found["chat"])),
        sender=int(str(sender["id"])),
        sender_name=str(sender["name"]),
        from_bot=bool(sender["is_bot"]),
        text=str(found.get("text", found.get("caption", ""))),
        sticker=None if sticker is None else read_sticker(as_mapping(sticker)),
        photo=str(found.get("photo", "")),
        document="" if document is None else str(as_mapping(document)["url"]),
        via_bot=str(found.get("via_bot", "")),
        reply_to=None if reply_to is None else int(str(reply_to)),
        buttons=tuple(tuple(_button(as_mapping(one)) for one in as_sequence(row)) for row in rows),
        edited=bool(found.get("edited", False)),
    )


def read_sticker(found: Mapping[str, object]) -> SeenSticker:
    """A sticker of the page's API."""
    return SeenSticker(**{name: str(found[name]) for name in SeenSticker.__dataclass_fields__})


def _button(found: Mapping[str, object]) -> SeenButton:
    action = next(name for name in found if name != "text")
    return SeenButton(str(found["text"]), action, str(found[action]))


def as_mapping(found: object) -> Mapping[str, object]:
    """A JSON object.

    :raises SandboxRefused: it is something else.
    """
    if not isinstance(found, Mapping):
        raise SandboxRefused(f"The page's API gave no object but {found!r:.100}.")
    return found


def as_sequence(found: object) -> list[object]:
    """A JSON list.

    :raises SandboxRefused: it is something else.
    """
    if not isinstance(found, list):
        raise SandboxRefused(f"The page's API gave no list but {found!r:.100}.")
    return found
