"""Asks the bot that is running why an answer is in its order."""

from __future__ import annotations

import asyncio

from bot.sandbox.explaining import ExplainedRow, Explanation, ToldEmoji, ToldFacts, ToldText
from persrv.bootstrap import Services
from persrv.suggest import StickerFacts, sticker_facts

ROWS = 50
"""Places that are explained: one page."""


class Explainer:
    """Asks the bot's own search why an answer is in its order, from the server's thread."""

    def __init__(self) -> None:
        self._services: Services | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def listen(self, services: Services) -> None:
        """From now on there is a bot to ask; call it in the bot's event loop."""
        self._services, self._loop = services, asyncio.get_running_loop()

    async def __call__(self, person: int, query: str) -> Explanation:
        """The first page of the answer, explained; empty while no bot runs."""
        if self._services is None or self._loop is None:
            return Explanation((), ())
        asked = asyncio.run_coroutine_threadsafe(self._read(self._services, person, query), self._loop)
        return await asyncio.wrap_future(asked)

    async def about(self, file_unique_id: str) -> ToldFacts | None:
        """What the bot knows of a sticker, as /why tells it; None while no bot runs."""
        if self._services is None or self._loop is None:
            return None
        services = self._services
        asked = asyncio.run_coroutine_threadsafe(
            sticker_facts(services.catalogue, services.semantics, services.nsfw_scores, file_unique_id), self._loop
        )
        facts = await asyncio.wrap_future(asked)
        return None if facts is None else _told(facts)

    @staticmethod
    async def _read(services: Services, person: int, query: str) -> Explanation:
        reading = await services.suggester.read(person, query)
        rows = tuple(
            ExplainedRow(
                position=position,
                reason=ranked.reason.value,
                score=ranked.score,
                file_unique_id=reading.stickers[ranked.sticker_id].file_unique_id,
                parts=tuple((field.value, value) for field, value in ranked.by_field.items())
                + ((("utility", ranked.utility),) if ranked.utility else ())
                + tuple(ranked.beyond.items()),
                preference=ranked.preference,
                factor=ranked.factor,
                own_packs=ranked.own_packs,
                pick=reading.compared.name_of(ranked.team) if reading.compared else "",
            )
            for position, ranked in enumerate(reading.ranking[:ROWS])
        )
        return Explanation(reading.tokens, rows, reading.meant)


def _told(facts: StickerFacts) -> ToldFacts:
    return ToldFacts(
        pack=facts.pack_title,
        live=facts.live,
        media=facts.sticker.media.value,
        problem=facts.sticker.media_problem,
        emoji=tuple(ToldEmoji(one.emoji, one.english, one.chinese) for one in facts.emoji),
        texts=tuple(ToldText(one.field.value, one.text, one.maker.engine, one.confidence) for one in facts.texts),
        queries=facts.queries,
        failures=tuple((failed.task.value, failed.reason) for failed in facts.failures),
    )
