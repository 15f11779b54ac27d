"""Which segments an update merges: few files however many small commits, and no long wait in any of them."""

from __future__ import annotations

from collections.abc import Sequence

from whoosh.reading import SegmentReader

from persrv.adapters.search.schema import Untyped

FAN = 4
"""How many segments of about the same size there may be before they become one."""
LARGE = 1024
"""Live documents from which an update leaves a segment alone, so that no update rewrites more than FAN * LARGE
documents (about a thousand a second): `compact` merges those."""


def merge_alike(writer: Untyped, segments: Sequence[Untyped]) -> list[Untyped]:
    """Whoosh's merge policy for updates: a log-structured merge by powers of `FAN`.

    A document is rewritten about log4(LARGE) = 5 times, and an index of n documents has at most
    (FAN - 1) * 5 + n / LARGE segments. A segment that is all deleted is left out, and one that is more than half
    deleted is merged at once.
    """
    alive = sorted((segment for segment in segments if segment.doc_count() > 0), key=_live)
    small = [segment for segment in alive if _live(segment) < LARGE]
    chosen = {segment.segment_id() for segment in small if segment.deleted_count() > segment.doc_count_all() // 2}
    levels: dict[int, list[Untyped]] = {}
    for segment in small:
        levels.setdefault(_level(_live(segment)), []).append(segment)
    carried, waiting = writer.doc_count(), []
    for level in sorted(levels):
        waiting += levels[level]
        arriving = carried > 0 and _level(carried) <= level
        if len(levels[level]) + arriving >= FAN:
            chosen.update(segment.segment_id() for segment in waiting)
            carried += sum(_live(segment) for segment in waiting)
            waiting = []
    return _merge(writer, alive, chosen)


def merge_all(writer: Untyped, segments: Sequence[Untyped]) -> list[Untyped]:
    """Whoosh's merge policy for compaction: every live document is written anew, and nothing else is."""
    alive = [segment for segment in segments if segment.doc_count() > 0]
    return _merge(writer, alive, {segment.segment_id() for segment in alive})


def _merge(writer: Untyped, segments: Sequence[Untyped], chosen: set[str]) -> list[Untyped]:
    kept = []
    for segment in segments:
        if segment.segment_id() not in chosen:
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        try:
            writer.add_reader(reader)
        finally:
            reader.close()
    return kept


def _live(segment: Untyped) -> int:
    return int(segment.doc_count())


def _level(documents: int) -> int:
    """The power of `FAN` that a number of documents has reached."""
    level = 0
    while documents >= FAN:
        documents //= FAN
        level += 1
    return level
