import asyncio
from datetime import UTC, datetime

from telegram import ChosenInlineResult, InlineQuery, Update, User

from bot.durable import DurableUpdateQueue
from persrv.errors import StorageError

PERSON = User(7, "Mei", False)


def chosen(number=1):
    return Update(number, chosen_inline_result=ChosenInlineResult("x", PERSON, "笑"))


async def test_a_choice_is_written_before_the_update_is_taken():
    events = []

    async def record(update):
        events.append("written")

    queue = DurableUpdateQueue(record)
    await queue.put(chosen())
    events.append("taken")
    assert events == ["written", "taken"]
    assert queue.qsize() == 1


async def test_while_the_database_is_away_the_choice_waits_and_is_written_once():
    tries = []

    async def record(update):
        tries.append(datetime.now(UTC))
        if len(tries) < 3:
            raise StorageError("the disk is full")

    queue = DurableUpdateQueue(record, retry_seconds=0.01)
    putting = asyncio.create_task(queue.put(chosen()))
    await asyncio.sleep(0)
    assert queue.empty()
    await putting
    assert len(tries) == 3
    assert queue.qsize() == 1


async def test_other_updates_pass_at_once():
    async def record(update):
        raise AssertionError("this is no choice")

    queue = DurableUpdateQueue(record)
    await queue.put(Update(1, inline_query=InlineQuery("1", PERSON, "笑", "")))
    await queue.put(object())
    assert queue.qsize() == 2


def asks(number):
    return Update(number, inline_query=InlineQuery(str(number), PERSON, "笑", ""))


async def test_no_more_updates_are_handed_out_than_are_handled_at_the_same_time():
    queue = DurableUpdateQueue(None, at_once=2)
    for number in range(3):
        await queue.put(Update(number))
    assert [(await queue.get()).update_id for _ in range(2)] == [0, 1]
    third = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert not third.done()
    queue.handled()
    assert (await third).update_id == 2


async def test_who_gave_up_waiting_for_an_update_takes_no_room():
    queue = DurableUpdateQueue(None, at_once=1)
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await queue.put(Update(1))
    assert (await asyncio.wait_for(queue.get(), 5)).update_id == 1


async def test_a_query_that_was_typed_on_is_left_out_and_told_of_and_not_waited_for_at_the_end():
    arrived, left_out = [], []
    queue = DurableUpdateQueue(
        None,
        arrived=lambda update: arrived.append(update.update_id),
        superseded=lambda update: left_out.append(update.update_id),
    )
    for number in (1, 2, 3):
        await queue.put(asks(number))
    assert (arrived, left_out, queue.qsize()) == ([1, 2, 3], [1, 2], 1)
    assert (await queue.get()).update_id == 3
    queue.task_done()
    await asyncio.wait_for(queue.join(), 5)
