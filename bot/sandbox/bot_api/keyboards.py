"""Reply markup."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.sandbox.bot_api.params import Params
from bot.sandbox.model import Button, Keyboard
from bot.sandbox.refusals import Refusal, bad_request

_ACTIONS = ("callback_data", "url", "switch_inline_query_current_chat", "switch_inline_query")
_OTHER_MARKUP = ("keyboard", "remove_keyboard", "force_reply")
_ROW, _KEYBOARD = 8, 100


def read_keyboard(params: Params) -> Keyboard:
    """The inline keyboard of a request; empty where it has none, or another kind that a page need not show.

    :raises Refusal: it is not one, or a button is wrong.
    """
    given = params.decoded("reply_markup", "can't parse reply keyboard markup JSON object")
    if given is None:
        return ()
    if not isinstance(given, dict):
        raise bad_request("object expected as reply markup")
    rows = given.get("inline_keyboard")
    if rows is None:
        if given and not any(name in given for name in _OTHER_MARKUP):
            raise bad_request("can't parse reply markup")
        return ()
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    made = tuple(tuple(_button(one) for one in row) for row in rows if row)
    if any(len(row) > _ROW for row in made) or sum(map(len, made)) > _KEYBOARD:
        raise bad_request("reply markup is too long")
    return made


def _button(given: object) -> Button:
    if not isinstance(given, dict):
        raise _wrong("InlineKeyboardButton must be an Object")
    text = given.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _wrong('Can\'t find field "text"') if text is None else bad_request("BUTTON_TEXT_INVALID")
    for action in _ACTIONS:
        value = given.get(action)
        if value is None:
            continue
        if not isinstance(value, str):
            raise _wrong(f'Field "{action}" must be of type String')
        _check(action, value)
        return Button(text, action, value)
    raise _wrong("Text buttons are unallowed in the inline keyboard")


def _check(action: str, value: str) -> None:
    if action == "callback_data" and not 1 <= len(value.encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url":
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https", "tg") or not parts.netloc:
            raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")


def _wrong(reason: str) -> Refusal:
    return bad_request(f"can't parse inline keyboard button: {reason}")
