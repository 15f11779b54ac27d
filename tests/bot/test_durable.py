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
