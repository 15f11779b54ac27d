"""Whose turn it is: nobody who waits for Telegram's limits of their own chat keeps others waiting."""

from __future__ import annotations

import asyncio

import pytest
from telegram import CallbackQuery, Chat, InlineQuery, Message, Update, User

from bot.stopping import MOST_OF_ONE_CHAT, OF_ONE_CHAT, StoppableUpdates
from persrv.bootstrap import utc_now

SOMEBODY = User(7, "Somebody", is_bot=False)


def message(number, chat):
    kind = Chat.GROUP if chat < 0 else Chat.PRIVATE
    return Update(number, message=Message(number, utc_now(), Chat(chat, kind), from_user=SOMEBODY))


def press(number, chat):
    under = Message(number, utc_now(), Chat(chat, Chat.PRIVATE))
    return Update(number, callback_query=CallbackQuery(str(number), SOMEBODY, "x", message=under))


def query(number):
    return Update(number, inline_query=InlineQuery(str(number), SOMEBODY, "笑", ""))


class Handled:
    """Updates are handled until they are let go."""

    def __init__(self, at_once=8):
        self.updates = StoppableUpdates(at_once, lambda update: self.done.append(update.update_id))
        self.begun, self.done, self.tasks = [], [], []
        self.go = asyncio.Event()

    async def comes(self, *updates):
        self.tasks += [asyncio.create_task(self.updates.process_update(one, self._handle(one))) for one in updates]
        await self.settles()

    async def settles(self):
        for _ in range(20):
            await asyncio.sleep(0)

    async def _handle(self, update):
        self.begun.append(update.update_id)
        await self.go.wait()

    async def ends(self):
        self.go.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest.fixture
async def handled():
    made = Handled()
    yield made
    await made.ends()


async def test_a_chat_that_writes_without_pause_keeps_neither_queries_nor_other_chats_waiting(handled):
    await handled.comes(*(message(number, -5) for number in range(100)))
    assert handled.begun == list(range(OF_ONE_CHAT))
    await handled.comes(query(100), message(101, 6), press(102, 7))
    assert handled.begun[OF_ONE_CHAT:] == [100, 101, 102]


async def test_many_chats_that_write_without_pause_keep_no_queries_waiting(handled):
    await handled.comes(*(message(number, number + 1) for number in range(100)))
    assert len(handled.begun) == 8
    await handled.comes(*(query(number) for number in range(100, 200)))
    assert handled.begun[8:] == list(range(100, 108))


async def test_many_groups_that_write_without_pause_keep_no_private_chat_waiting(handled):
    await handled.comes(*(message(number, -1 - number % 20) for number in range(100)))
    assert len(handled.begun) == 8
    await handled.comes(message(100, 6), press(101, 7))
    assert handled.begun[8:] == [100, 101]


async def test_all_of_a_chat_are_handled_in_their_order_and_nothing_is_kept_of_it(handled):
    await handled.comes(*(message(number, -5) for number in range(30)))
    await handled.ends()
    assert handled.begun == handled.done == list(range(30))
    assert not handled.updates._chats
    assert not handled.updates._in_chat


async def test_of_a_chat_so_many_wait_and_what_comes_then_is_left_out(handled):
    await handled.comes(*(message(number, -5) for number in range(MOST_OF_ONE_CHAT + 30)), message(999, 6))
    assert handled.done == list(range(MOST_OF_ONE_CHAT, MOST_OF_ONE_CHAT + 30))
    assert 999 in handled.begun
    await handled.ends()
    assert sorted(handled.done) == [*range(MOST_OF_ONE_CHAT + 30), 999]


async def test_once_abandoned_what_is_handled_is_ended_and_what_waits_is_not_begun(handled):
    await handled.comes(*(message(number, -5) for number in range(10)), query(10))
    assert handled.updates.abandon() == OF_ONE_CHAT + 1
    await handled.settles()
    assert all(task.done() for task in handled.tasks)
    assert handled.begun == [*range(OF_ONE_CHAT), 10]
