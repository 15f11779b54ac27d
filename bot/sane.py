"""Whether an update is one that Telegram could have sent.

python-telegram-bot builds updates without looking at their values. What lacks a person, has a value of another type,
or a number that no column holds, is dropped at the door, so that no handler and no table has to think of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from telegram import Chat, Message, Sticker, Update, User

_LARGEST = 2**63
"""Numbers are 64 bits in every database; Telegram's have at most 52."""


def is_sane(update: Update) -> bool:
    """True where the people, numbers and texts that handlers read are what they should be."""
    people, numbers, texts = _read(update)
    return (
        all(isinstance(person, User) and _is_number(person.id) for person in people)
        and all(isinstance(person.language_code or "", str) for person in people if isinstance(person, User))
        and all(map(_is_number, numbers))
        and all(isinstance(text, str) for text in texts)
    )


def _read(update: Update) -> tuple[list[object], list[object], list[object]]:
    """What handlers read of an update: people, numbers and texts."""
    people: list[object] = []
    numbers: list[object] = [update.update_id]
    texts: list[object] = []
    if (query := update.inline_query) is not None:
        people.append(query.from_user)
        texts += [query.id, query.query, query.offset]
    if (chosen := update.chosen_inline_result) is not None:
        people.append(chosen.from_user)
        texts += [chosen.query, chosen.result_id]
    if (pressed := update.callback_query) is not None:
        people.append(pressed.from_user)
        texts += [pressed.id, pressed.data or ""]
        if pressed.message is not None:
            numbers += [pressed.message.message_id, _id_of(pressed.message.chat)]
    for message in _messages(update):
        numbers += [message.message_id, _id_of(message.chat)]
        texts += [message.text or "", message.caption or "", *_texts_of(message.sticker)]
        if message.from_user is not None:  # a channel's posts are from nobody
            people.append(message.from_user)
        for entity in message.entities:
            numbers += [entity.offset, entity.length]
    return people, numbers, texts


def _messages(update: Update) -> Iterator[Message]:
    for message in (update.message, update.message and update.message.reply_to_message):
        if message is not None:
            yield message


def _id_of(chat: object) -> object:
    return chat.id if isinstance(chat, Chat) else None


def _texts_of(sticker: Sticker | None) -> tuple[object, ...]:
    return () if sticker is None else (sticker.file_unique_id, sticker.set_name or "")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST
