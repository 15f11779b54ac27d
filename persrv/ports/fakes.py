"""In-memory stand-ins of the ports, for tests: plain Python, no files, nothing shared with the real adapters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from persrv.domain.candidates import Recalled, RecalledStickers
from persrv.domain.moderation import Ban, Banned, Report, ReportState
from persrv.domain.nsfw import NsfwScore, ScoreChange
from persrv.domain.own_packs import OwnPacks
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.domain.work import Maker
from persrv.ports.search import LeftOut, UtilityLookup
from persrv.text import tokenise


class InMemoryStickerIndex:
    """A `StickerIndex` that looks at every sticker for every query."""

    def __init__(self) -> None:
        self._stickers: dict[int, dict[SemanticField, Counter[str]]] = {}
        self.version = 0
        """See `StickerIndex.version`."""

    def search(
        self,
        tokens: Sequence[str],
        *,
        weights: Mapping[SemanticField, float],
        limit: int,
        utility: UtilityLookup | None = None,
        left_out: LeftOut | None = None,
    ) -> RecalledStickers:
        """See `StickerIndex.search`: BM25 with k1 = 1.2 and b = 0.75, statistics over live stickers."""
        found = []
        for sticker_id in sorted(self._stickers):
            if left_out is not None and left_out(np.array([sticker_id]))[0]:
                continue
            by_field = {
                field: weights[field] * sum(self._bm25(sticker_id, field, token) for token in sorted(set(tokens)))
                for field in SemanticField
                if weights.get(field, 0.0) > 0
            }
            if any(by_field.values()):
                found.append(
                    Recalled(
                        sticker_id,
                        sum(by_field.values()),
                        {field: part for field, part in by_field.items() if part > 0},
                        float(utility(np.array([sticker_id]))[0]) if utility is not None else 0.0,
                    )
                )
        return RecalledStickers.of(sorted(found, key=lambda recalled: -recalled.score)[: max(limit, 0)])

    def _bm25(self, sticker_id: int, field: SemanticField, token: str) -> float:
        words = self._stickers[sticker_id][field]
        if not words[token]:
            return 0.0
        lengths = [texts[field].total() for texts in self._stickers.values() if texts[field]]
        have = sum(1 for texts in self._stickers.values() if texts[field][token])
        norm = 0.25 + 0.75 * words.total() / (sum(lengths) / len(lengths))
        return (math.log(len(self._stickers) / (have + 1)) + 1) * words[token] * 2.2 / (words[token] + 1.2 * norm)

    def update(self, documents: Sequence[StickerDocument], deleted: Collection[int]) -> None:
        """See `StickerIndex.update`."""
        self.version += 1
        for sticker_id in deleted:
            self._stickers.pop(sticker_id, None)
        for document in documents:
            self._stickers[document.sticker_id] = {
                field: Counter(tokenise(document.texts.get(field, ""), expand_emoji=field is SemanticField.EMOJI))
                for field in SemanticField
            }

    @property
    def needs_rebuild(self) -> bool:
        """See `StickerIndex.needs_rebuild`; nothing is lost here."""
        return False

    def note_rebuild_queued(self) -> None:
        """See `StickerIndex.note_rebuild_queued`."""

    def compact(self) -> None:
        """See `StickerIndex.compact`; nothing deleted is kept here."""

    def count(self) -> int:
        """See `StickerIndex.count`."""
        return len(self._stickers)

    def close(self) -> None:
        """See `StickerIndex.close`; nothing is open here."""


class InMemoryBanStore:
    """A `BanStore` without a catalogue: nothing has to leave an index."""

    def __init__(self) -> None:
        self._bans: dict[Banned, Ban] = {}

    async def ban(self, what: Banned, *, by: int, at: datetime) -> bool:
        """See `BanStore.ban`."""
        fresh = what not in self._bans
        self._bans.setdefault(what, Ban(what, by, at))
        return fresh

    async def unban(self, what: Banned) -> bool:
        """See `BanStore.unban`."""
        return self._bans.pop(what, None) is not None

    async def is_banned(self, what: Banned) -> bool:
        """See `BanStore.is_banned`."""
        return what in self._bans

    async def bans(self) -> Sequence[Ban]:
        """See `BanStore.bans`."""
        by_name = sorted(self._bans.values(), key=lambda ban: (ban.what.kind.value, ban.what.key))
        return sorted(by_name, key=lambda ban: ban.at, reverse=True)


class InMemoryReportStore:
    """A `ReportStore` that takes any sticker for known."""

    def __init__(self) -> None:
        self._reports: dict[int, Report] = {}

    async def report(self, sticker_id: int, *, at: datetime) -> tuple[Report, bool]:
        """See `ReportStore.report`."""
        for known in self._reports.values():
            if known.sticker_id == sticker_id:
                return known, False
        made = Report(len(self._reports) + 1, sticker_id, ReportState.OPEN, at)
        self._reports[made.id] = made
        return made, True

    async def known(self, report_id: int) -> Report | None:
        """See `ReportStore.known`."""
        return self._reports.get(report_id)

    async def decide(self, report_id: int, state: ReportState) -> bool:
        """See `ReportStore.decide`."""
        found = self._reports.get(report_id)
        if found is None or found.state is not ReportState.OPEN:
            return False
        self._reports[report_id] = replace(found, state=state)
        return True


class InMemoryNsfwStore:
    """A `NsfwStore`; `put` stands for what `SemanticsStore.save` writes."""

    def __init__(self) -> None:
        self._scores: dict[int, tuple[NsfwScore, int]] = {}
        self._people: set[int] = set()
        self._ticket = 0

    def put(self, scores: Mapping[int, float], maker: Maker) -> None:
        """Write scores, all with the next ticket."""
        self._ticket += 1
        self._scores |= {sticker: (NsfwScore(score, maker), self._ticket) for sticker, score in scores.items()}

    async def scores(self, sticker_ids: Sequence[int]) -> Mapping[int, NsfwScore]:
        """See `NsfwStore.scores`."""
        return {sticker: self._scores[sticker][0] for sticker in sticker_ids if sticker in self._scores}

    async def at_least(self, limit: float) -> tuple[Sequence[int], int]:
        """See `NsfwStore.at_least`."""
        high = sorted(sticker for sticker, (found, _) in self._scores.items() if found.score >= limit)
        return high, max((ticket for _, ticket in self._scores.values()), default=0)

    async def changes(self, after: int) -> Sequence[ScoreChange]:
        """See `NsfwStore.changes`."""
        found = [ScoreChange(sticker, one.score, ticket) for sticker, (one, ticket) in self._scores.items()]
        return sorted((one for one in found if one.ticket > after), key=lambda one: (one.ticket, one.sticker_id))

    async def people(self) -> Sequence[int]:
        """See `NsfwStore.people`."""
        return sorted(self._people)

    async def switch(self, user_id: int, *, on: bool) -> None:
        """See `NsfwStore.switch`."""
        if on:
            self._people.add(user_id)
        else:
            self._people.discard(user_id)


class InMemoryOwnPackStore:
    """An `OwnPackStore`; `own` stands for what people added and chose."""

    def __init__(self) -> None:
        self.own: dict[int, list[int]] = {}
        self.reads = 0
        self._modes: dict[int, OwnPacks] = {}

    async def modes(self) -> Mapping[int, OwnPacks]:
        """See `OwnPackStore.modes`."""
        return dict(sorted(self._modes.items()))

    async def keep_mode(self, user_id: int, mode: OwnPacks) -> None:
        """See `OwnPackStore.keep_mode`."""
        self._modes.pop(user_id, None)
        if mode is not OwnPacks.OFF:
            self._modes[user_id] = mode

    async def stickers_of(self, user_id: int) -> Sequence[int]:
        """See `OwnPackStore.stickers_of`."""
        self.reads += 1
        return list(self.own.get(user_id, ()))


class NothingComputed:
    """A `ComputedStore` without memory."""

    def find(self, maker: Maker, keys: Iterable[str]) -> Mapping[str, bytes]:
        """See `ComputedStore.find`."""
        return {}

    def keep(self, maker: Maker, made: Mapping[str, bytes]) -> None:
        """See `ComputedStore.keep`."""

    def close(self) -> None:
        """See `ComputedStore.close`."""
