import asyncio
import time

import pytest
from telegram.error import RetryAfter

from bot.rate_limiter import NOT_REPEATED, InlineFirstRateLimiter


async def test_an_inline_answer_passes_while_a_message_sleeps_off_a_429():
    limiter = InlineFirstRateLimiter(max_retries=1)

    async def answer():
        return True

    async with limiter_running(limiter):
        message = asyncio.create_task(
            limiter.process_request(RefusedOnce(), (), {}, "sendMessage", {"chat_id": 1}, None)
        )
        await asyncio.sleep(0.05)
        started = time.monotonic()
        await limiter.process_request(answer, (), {}, "answerInlineQuery", {}, None)
        waited = time.monotonic() - started
        assert not message.done()
        assert waited < 0.5
        assert await message is True


async def test_a_429_that_is_not_to_be_repeated_is_the_callers_affair_and_holds_up_nobody():
    limiter = InlineFirstRateLimiter(max_retries=2)
    tried = 0

    async def refused():
        nonlocal tried
        tried += 1
        raise RetryAfter(3000)

    async def taken():
        return True

    async with limiter_running(limiter):
        with pytest.raises(RetryAfter):
            await limiter.process_request(refused, (), {}, "copyMessage", {"chat_id": 1}, NOT_REPEATED)
        assert tried == 1
        assert await limiter.process_request(taken, (), {}, "sendMessage", {"chat_id": 2}, None) is True


async def test_a_chat_that_sleeps_off_a_429_holds_up_no_other():
    limiter, refused_once = InlineFirstRateLimiter(max_retries=1), RefusedOnce()

    async def taken():
        return True

    async with limiter_running(limiter):
        flooded = asyncio.create_task(
            limiter.process_request(refused_once, (), {}, "sendMessage", {"chat_id": 1}, None)
        )
        await asyncio.sleep(0.05)
        async with asyncio.timeout(0.5):
            assert await limiter.process_request(taken, (), {}, "sendMessage", {"chat_id": 2}, None) is True
        assert await flooded is True
    first, second = refused_once.tried
    assert second - first >= 1


async def test_a_message_that_is_refused_again_and_again_fails_in_the_end():
    limiter = InlineFirstRateLimiter(max_retries=2)
    tried = 0

    async def refused():
        nonlocal tried
        tried += 1
        raise RetryAfter(0)

    async with limiter_running(limiter):
        with pytest.raises(RetryAfter):
            await limiter.process_request(refused, (), {}, "sendMessage", {"chat_id": 1}, None)
    assert tried == 3


async def test_of_a_group_no_more_is_asked_than_telegram_takes_there():
    limiter = InlineFirstRateLimiter()
    sent = []

    async def send(chat):
        sent.append(chat)
        return True

    async with limiter_running(limiter):
        asked = [
            asyncio.create_task(limiter.process_request(send, (chat,), {}, "sendMessage", {"chat_id": chat}, None))
            for chat in [-5] * 25 + [6] * 2
        ]
        await asyncio.sleep(0.2)
        assert (sent.count(-5), sent.count(6)) == (20, 2)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


class RefusedOnce:
    """A request whose chat has to wait for a second; notes when it was tried."""

    def __init__(self):
        self.tried = []

    async def __call__(self):
        self.tried.append(time.monotonic())
        if len(self.tried) == 1:
            raise RetryAfter(1)
        return True


class limiter_running:  # noqa: N801
    def __init__(self, limiter):
        self.limiter = limiter

    async def __aenter__(self):
        await self.limiter.initialize()

    async def __aexit__(self, *_):
        await self.limiter.shutdown()
