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


def asks(number, person=PERSON):
    return Update(number, inline_query=InlineQuery(str(number), person, "笑", ""))


def people(count):
    return [User(number, "Mei", False) for number in range(1, count + 1)]


async def started(*work):
    """Tasks that have come as far as they can without anything else happening."""
    tasks = [asyncio.create_task(each) for each in work]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_no_more_queries_are_handed_out_than_are_worked_on_at_the_same_time():
    queue = DurableUpdateQueue(None, at_once=2)
    queries = [asks(number, person) for number, person in enumerate(people(4))]
    for query in queries:
        await queue.put(query)
    assert [await queue.get() for _ in range(2)] == queries[:2]
    (third,) = await started(queue.get())
    assert not third.done()
    queue.gives_way(queries[1])
    assert await third is queries[2]
    queue.gives_way(queries[1])  # it has done so
    (fourth,) = await started(queue.get())
    assert not fourth.done()
    queue.gives_way(queries[0])
    assert await fourth is queries[3]


async def test_other_updates_take_no_room_however_long_they_are_handled():
    queue = DurableUpdateQueue(None, at_once=1)
    for item in (Update(1), object(), Update(2), asks(3), Update(4)):
        await queue.put(item)
    for _ in range(4):
        last = await queue.get()
    queue.gives_way(Update(1))
    queue.gives_way(object())
    (waiting,) = await started(queue.get())
    assert not waiting.done()
    queue.gives_way(last)
    assert (await waiting).update_id == 4


async def test_who_gave_up_waiting_for_an_update_takes_no_room():
    queue = DurableUpdateQueue(None, at_once=1)
    (waiting,) = await started(queue.get())
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await queue.put(asks(1))
    assert (await asyncio.wait_for(queue.get(), 5)).update_id == 1


async def test_while_there_is_no_room_a_newer_query_takes_the_place_of_the_one_before():
    queue = DurableUpdateQueue(None, at_once=1)
    mei, alex, lee = people(3)
    at_work = asks(1, mei)
    await queue.put(at_work)
    assert await queue.get() is at_work
    (waiting,) = await started(queue.get())
    for query in (asks(2, alex), asks(3, lee), asks(4, alex)):
        await queue.put(query)
    queue.gives_way(at_work)
    assert (await waiting).update_id == 4
    assert queue.qsize() == 1


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
