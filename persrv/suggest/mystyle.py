"""A person's styles, told with stickers and words: what /mystyle shows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from persrv.domain.nsfw import Hidden
from persrv.domain.stickers import MediaState, Sticker
from persrv.errors import MediaError
from persrv.ports.learning import ChoiceLog
from persrv.ports.media import FrameDecoder, MediaStore
from persrv.ports.pictures import DrawnStyle, StylePainter
from persrv.ports.storage import CatalogueStore
from persrv.preference.exemplars import nearest_stickers, style_of_each
from persrv.preference.profile import StyleProfile
from persrv.suggest.nsfw import NsfwGuard
from persrv.suggest.serving import Serving, ServingHolder
from persrv.suggest.styles import StyleKeeper
from persrv.suggest.tastes import TasteKeeper
from persrv.text import normalise

SHOWN = 6
"""Stickers in one row."""
OWN = 4
"""Of those, at most so many that the person chose: the rest shows what more there is in that style."""
WORDS = 4
"""Words that are told of a style, at most."""
_SPARE = 4
"""So many times the stickers are looked up, as some are retired or have no file."""
_SIZE = 160


@dataclass(frozen=True, slots=True)
class ToldStyle:
    """One style of a person.

    :param share: How much of their use it is, 0 to 1.
    :param words: What they typed before they chose it, most often first.
    :param own: Stickers that they chose, most often first.
    :param others: Stickers in that style which they have not chosen yet, nearest first.
    """

    share: float
    words: tuple[str, ...]
    own: tuple[Sticker, ...]
    others: tuple[Sticker, ...]


class StyleTeller:
    """Finds what to show of a person's styles, and has it painted."""

    def __init__(
        self,
        *,
        log: ChoiceLog,
        catalogue: CatalogueStore,
        styles: StyleKeeper,
        tastes: TasteKeeper | None,
        serving: ServingHolder,
        nsfw: NsfwGuard,
        media: MediaStore,
        decoder: FrameDecoder,
        painter: StylePainter,
        executor: Executor,
    ) -> None:
        """:param tastes: None where what serves does not weigh whether a person has a style."""
        self._log = log
        self._catalogue = catalogue
        self._styles = styles
        self._tastes = tastes
        self._serving = serving
        self._nsfw = nsfw
        self._media = media
        self._decoder = decoder
        self._painter = painter
        self._executor = executor

    async def tell(self, user_id: int) -> tuple[ToldStyle, ...]:
        """The person's styles, the one they use most first; none for a person without one."""
        serving = self._serving.current
        if not serving.space_id:
            return ()
        profile = await self._styles.refresh(user_id)
        if profile is None or profile.space_id != serving.space_id:
            return ()
        chosen = await self._log.choices_of(user_id)
        queries = await self._log.queries_of(user_id)
        hidden = self._nsfw.hidden_from(user_id)
        find = partial(_find, profile, serving, chosen.sticker_ids, chosen.counts, hidden)
        own, others = await asyncio.get_running_loop().run_in_executor(self._executor, find)
        wanted = hidden.leaves([sticker for ids in (*own, *others) for sticker in ids])
        live = await self._catalogue.stickers(wanted)
        usable = {key: sticker for key, sticker in live.items() if sticker.media is MediaState.STORED}
        return tuple(
            _told(float(profile.shares[style]), own[style], others[style], usable, queries)
            for style in range(len(profile.shares))
        )

    async def sure(self, user_id: int) -> float | None:
        """How likely it is that the person has a style, as ranking weighs it; None where it does not or cannot."""
        style = self._serving.current.style
        taste = None if self._tastes is None else await self._tastes.taste(user_id)
        if style is None or taste is None:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._executor, taste.gate, style)

    async def paint(self, styles: Sequence[ToldStyle]) -> bytes | None:
        """The styles as a PNG file; None where none of their stickers can be drawn."""
        drawn = []
        for style in styles:
            own = [image for sticker in style.own if (image := await self._image(sticker)) is not None]
            others = [image for sticker in style.others if (image := await self._image(sticker)) is not None]
            if own or others:
                drawn.append(DrawnStyle(style.share, own, others))
        if not drawn:
            return None
        return await asyncio.to_thread(self._painter.paint, drawn)

    async def _image(self, sticker: Sticker) -> NDArray[np.uint8] | None:
        data = await self._media.read(sticker.file_unique_id, sticker.format)
        if data is None:
            return None
        try:
            frames = await self._decoder.decode(data, sticker.format, frames=3, size=_SIZE)
        except MediaError:
            return None
        middle: NDArray[np.uint8] = frames.pixels[len(frames.pixels) // 2]
        return middle


def _find(
    profile: StyleProfile, serving: Serving, sticker_ids: Sequence[int], counts: Sequence[int], hidden: Hidden
) -> tuple[list[list[int]], list[list[int]]]:
    """By style: what they chose of it, most often first, and what else is near to it and not hidden."""
    ids = np.array(sticker_ids, dtype=np.int64)
    styles = style_of_each(profile, serving.vectors_of(ids))
    times = dict(zip(sticker_ids, counts, strict=True))
    own = [
        sorted((int(sticker) for sticker in ids[styles == style]), key=lambda sticker: (-times[sticker], sticker))
        for style in range(len(profile.shares))
    ]
    left_out = [*sticker_ids, *hidden.ids.tolist()]
    return own, nearest_stickers(profile, serving.vectors, each=SHOWN * _SPARE, left_out=left_out)


def _told(
    share: float,
    own: Sequence[int],
    others: Sequence[int],
    usable: dict[int, Sticker],
    queries: Sequence[tuple[int, str, int]],
) -> ToldStyle:
    chosen = set(own)
    words: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for sticker_id, query, times in queries:
        if sticker_id in chosen and query:
            words[normalise(query)] += times
            spelling.setdefault(normalise(query), query)
    mine = [usable[sticker] for sticker in own if sticker in usable][:OWN]
    return ToldStyle(
        share,
        tuple(spelling[key] for key, _ in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:WORDS]),
        tuple(mine),
        tuple([usable[sticker] for sticker in others if sticker in usable][: SHOWN - len(mine)]),
    )
