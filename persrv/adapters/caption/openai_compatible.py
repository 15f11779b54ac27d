"""Captions from any OpenAI-compatible vision endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from persrv.adapters.caption.assembling import DESCRIPTION_TOKENS, KEYWORDS_TOKENS, assemble
from persrv.adapters.caption.endpoint import ChatEndpoint, PictureRefused
from persrv.adapters.caption.patience import CONCURRENCY, RetryPolicy
from persrv.adapters.caption.pictures import data_url
from persrv.errors import CaptionUnavailable
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.semantics.prompts import DESCRIPTION_PROMPT, KEYWORDS_PROMPT, PROMPTS_VERSION

FAILURES_IN_A_ROW: Final = 5
"""So many pictures without an answer between them, and it is the server that is broken: no sticker is to blame."""


@dataclass(slots=True)
class _Batch:
    """What is known of the endpoint while a batch is under way.

    :param judged: Whether any picture has a result of its own.
    :param unavailable: Why the rest is not asked about.
    """

    judged: bool = False
    unavailable: CaptionUnavailable | None = None


class OpenAiCaptioner:
    """`Captioner` on a server that speaks OpenAI's chat completions.

    :param url: Of the server.
    :param model: As the server calls it.
    :param api_key: Where the server wants one.
    :param concurrency: Pictures at the same time, at least 1.
    :raises ConfigurationError: the URL cannot be used.
    """

    name = "openai"

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key: SecretStr | None = None,
        concurrency: int = CONCURRENCY,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._endpoint = ChatEndpoint(url, model, api_key, policy or RetryPolicy())
        self._slots = asyncio.Semaphore(concurrency)
        self._failures = 0  # pictures in a row without an answer
        self._broken = ""
        self.version = f"{model} prompts-{PROMPTS_VERSION}"

    async def caption(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption | CaptionFailure]:
        """See `Captioner.caption`."""
        if self._failures >= FAILURES_IN_A_ROW:
            self._failures = 0  # whoever tries again later finds out anew
            raise CaptionUnavailable(self._broken)
        batch = _Batch()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._one(image, batch)) for image in images]
        if batch.unavailable is not None and not batch.judged:
            raise batch.unavailable
        return [task.result() for task in tasks]

    async def close(self) -> None:
        """See `Captioner.close`."""
        await self._endpoint.close()

    async def _one(self, image: NDArray[np.uint8], batch: _Batch) -> Caption | CaptionFailure:
        async with self._slots:
            if batch.unavailable is not None:  # the others need not each find out for themselves
                return CaptionFailure(str(batch.unavailable), passing=True)
            try:
                picture = await asyncio.to_thread(data_url, image)
                keywords = await self._endpoint.ask(KEYWORDS_PROMPT, picture, most_tokens=KEYWORDS_TOKENS)
                description = await self._endpoint.ask(DESCRIPTION_PROMPT, picture, most_tokens=DESCRIPTION_TOKENS)
            except ValueError as error:
                return CaptionFailure(str(error))
            except PictureRefused as error:
                batch.judged = True
                self._note_failure(str(error), batch)
                return CaptionFailure(str(error))
            except CaptionUnavailable as error:
                batch.unavailable = error
                return CaptionFailure(str(error), passing=True)
        batch.judged, self._failures = True, 0
        return assemble(keywords, description)

    def _note_failure(self, reason: str, batch: _Batch) -> None:
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW:
            self._broken = (
                f"{reason} So it went with {self._failures} stickers in a row. Check that PERSRV_CAPTION_MODEL takes "
                "pictures; if the server is only slow, raise PERSRV_CAPTION_TIMEOUT."
            )
            batch.unavailable = CaptionUnavailable(self._broken)
