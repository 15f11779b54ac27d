from datetime import UTC, datetime

import pytest
from telegram import CallbackQuery, Chat, InaccessibleMessage, Message, User

from bot.presses import Answered


def press(person=7, message=1, *, gone=False):
    chat = Chat(person, Chat.PRIVATE)
    under = InaccessibleMessage(chat, message) if gone else Message(message, datetime.now(UTC), chat)
    return CallbackQuery("1", User(person, "Alex", is_bot=False), "chat", message=under)


def is_first(answered, query):
    with answered.first(query) as first:
        return first


def test_only_the_first_press_under_a_message_is_the_first_also_after_it_is_over():
    answered = Answered()
    with answered.first(press()) as first:
        assert first
        assert not is_first(answered, press())
    assert not is_first(answered, press())
    assert not is_first(answered, press(gone=True))


def test_each_message_and_each_person_has_a_first_press():
    answered = Answered()
    assert is_first(answered, press())
    assert is_first(answered, press(message=2))
    assert is_first(answered, press(person=8))


def test_a_press_that_failed_may_be_made_again():
    answered = Answered()
    with pytest.raises(OSError, match="full"), answered.first(press()):
        raise OSError("the disk is full")
    assert is_first(answered, press())


def test_it_remembers_a_thousand_of_them():
    answered = Answered()
    for number in range(1_001):
        assert is_first(answered, press(message=number))
    assert not is_first(answered, press(message=1))
    assert is_first(answered, press(message=0))
