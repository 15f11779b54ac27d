"""Learns what stickers mean beyond their words, and which words people may mean who type others.

Meaning comes from past queries, from what stickers say, and from who is chosen for the same.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from persrv.bootstrap import Services, text_encoder, vector_index
from persrv.domain.runs import JobName
from persrv.errors import ArtefactsDamaged
from persrv.ports.artefacts import Artefacts
from persrv.ports.jobs import JobProgress
from persrv.ports.nearest import NearestVectors
from persrv.ports.texts import TextEncoder
from persrv.recall.learning import learn_recall
from persrv.recall.words import learn_words
from persrv.semantics.own_texts import SEARCHED_TOO, own_texts
from persrv.suggest.recall_arrays import recall_arrays, vectors_known, word_arrays
from persrv.text.keys import text_keys

AT_ONCE = 500
"""Stickers whose texts are read at a time."""
TEXTS_AT_ONCE = 256
"""Texts that are encoded at a time."""


@dataclass(slots=True)
class _Gathered:
    """Everything to learn from, as lists that grow."""

    queries: list[str] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    says: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    also_found: list[str] = field(default_factory=list)
    """Texts that words find a sticker by, and that are none of `texts`."""


async def learn_meaning(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Learn from the whole log and every live sticker's texts, and publish it.

    Texts that were encoded before are not encoded again. Without an encoder, past queries count where they are the
    very same, and neighbours by choices are learnt all the same.
    """
    encoder = await asyncio.to_thread(text_encoder, services.settings)
    gathered, size = await _gather(services)
    counts: Counter[str] = Counter(done=0, encoded=0)
    progress.begin(JobName.MEANING, None)

    loop = asyncio.get_running_loop()

    def told(encoded: int) -> None:
        counts["encoded"] += encoded
        loop.call_soon_threadsafe(progress.advance, dict(counts))

    await asyncio.to_thread(_learn, services, encoder, gathered, size, told)
    counts["done"] = len(set(gathered.says))
    counts["queries"] = len(set(gathered.queries))
    if encoder is None:
        counts["unencoded"] = len(set(gathered.texts))
    progress.advance(counts)
    return counts


async def _gather(services: Services) -> tuple[_Gathered, int]:
    gathered = _Gathered()
    async for part in services.choices.all_choices():
        for choice in part:
            if choice.query:
                gathered.queries.append(choice.query)
                gathered.chosen.append(choice.sticker_id)
                gathered.people.append(choice.user_id)
    size = max(await services.catalogue.highest_sticker_id() + 1, 1)
    with_emoji = services.settings.relevance_emoji > 0
    for start in range(0, size, AT_ONCE):
        for document in await services.documents.documents(range(start, min(start + AT_ONCE, size))):
            texts = own_texts(document.texts, with_emoji=with_emoji)
            gathered.texts += texts
            gathered.says += [document.sticker_id] * len(texts)
            gathered.also_found += [text for name in SEARCHED_TOO if (text := document.texts.get(name))]
    return gathered, size


def _learn(
    services: Services, encoder: TextEncoder | None, gathered: _Gathered, size: int, told: Callable[[int], None]
) -> None:
    indexes: list[NDArray[np.uint8]] = []

    def arrange(vectors: NDArray[np.float32]) -> NearestVectors:
        nearest, saved = vector_index(vectors)
        indexes.append(saved)
        return nearest

    encode = None if encoder is None else _Encoding(encoder, _current(services), told)
    learnt = learn_recall(
        gathered.queries,
        np.array(gathered.chosen, dtype=np.int64),
        gathered.texts,
        np.array(gathered.says, dtype=np.int64),
        size,
        encode=encode,
        arrange=arrange,
    )
    none = np.empty(0, dtype=np.uint8)
    query_index = indexes.pop(0) if learnt.query_vectors.size else none
    text_index = indexes.pop(0) if learnt.text_vectors.size else none
    arrays, notes = recall_arrays(learnt, "" if encoder is None else encoder.name, query_index, text_index)
    asked = zip(gathered.people, gathered.queries, strict=True)
    words, which = word_arrays(learn_words(gathered.texts, asked, gathered.also_found))
    services.artefacts.publish(arrays | words, notes | which)


def _current(services: Services) -> Artefacts:
    try:
        return services.artefacts.current()
    except ArtefactsDamaged:
        return Artefacts()


class _Encoding:
    """Encodes what is new; the rest is known from the last generation. All of it as it is kept, in half precision."""

    def __init__(self, encoder: TextEncoder, last: Artefacts, told: Callable[[int], None]) -> None:
        self._encoder = encoder
        self._told = told
        self._keys, self._vectors = vectors_known(last, encoder.name)

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        keys = text_keys(texts)
        places = np.searchsorted(self._keys, keys)
        known = places < len(self._keys)
        known[known] = self._keys[places[known]] == keys[known]
        new = np.flatnonzero(~known)
        parts = []
        for start in range(0, len(new), TEXTS_AT_ONCE):
            batch = [texts[place] for place in new[start : start + TEXTS_AT_ONCE].tolist()]
            parts.append(self._encoder.encode(batch).astype(np.float16))
            self._told(len(batch))
        width = parts[0].shape[1] if parts else self._vectors.shape[1]
        vectors = np.zeros((len(texts), width), dtype=np.float32)
        if known.any():
            vectors[known] = self._vectors[places[known]]
        if parts:
            vectors[new] = np.concatenate(parts)
        return vectors
