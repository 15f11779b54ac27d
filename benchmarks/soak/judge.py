"""What must hold at the end, read from the files that the bot left behind."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from whoosh.index import FileIndex

from benchmarks.soak.ledger import PromisedChoice
from persrv.adapters.search import WhooshStickerIndex
from persrv.adapters.search.files import IndexFiles
from persrv.adapters.search.postings import PostingsCache
from persrv.adapters.search.schema import FIELDS, schema
from persrv.adapters.search.snapshot import open_snapshot
from persrv.bootstrap import open_services
from persrv.config import Settings
from persrv.preference.choices import profile_of_choices
from persrv.preference.profile_bytes import profile_to_bytes
from persrv.suggest.serving import SPACE_ID, VECTORS

Promised = Mapping[int, PromisedChoice]
"""What the stand-in told the bot, by update id."""


@dataclass(frozen=True, slots=True)
class ChoicesVerdict:
    """What the database says of the choices.

    :param lost: Acknowledged ones that are not there.
    :param duplicates: Rows beyond the first of a choice.
    :param strangers: Rows of choices that nobody made.
    :param wrong: Rows that say something else than what was chosen.
    """

    rows: int
    lost: int
    duplicates: int
    strangers: int
    wrong: int
    intact: bool

    @property
    def good(self) -> bool:
        return self.intact and not (self.lost or self.duplicates or self.strangers or self.wrong)


def judge_choices(database: Path, promised: Promised, acknowledged: Iterable[int]) -> ChoicesVerdict:
    """Compare the table of choices with what the stand-in knows."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        rows = connection.execute("SELECT key, user_id, sticker_id, query, position FROM interactions").fetchall()
        intact = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = [PromisedChoice(int(key.partition(":")[2]), *rest) for key, *rest in rows]
    times = Counter(choice.update for choice in found)
    return ChoicesVerdict(
        rows=len(rows),
        lost=sum(number not in times for number in acknowledged),
        duplicates=sum(count - 1 for count in times.values()),
        strangers=sum(number not in promised for number in times),
        wrong=sum(promised.get(choice.update, choice) != choice for choice in found),
        intact=intact,
    )


@dataclass(frozen=True, slots=True)
class IndexVerdict:
    """The index beside one made afresh of every sticker's document, as the database has it now.

    :param waiting: Stickers that the index had not heard of yet.
    :param postings: (field, word, sticker) triples in the fresh one.
    :param differences: Those, and field lengths, that only one of the two has, or with another frequency.
    """

    stickers: int
    waiting: int
    postings: int
    differences: int

    @property
    def good(self) -> bool:
        return self.stickers > 0 and not self.waiting and not self.differences


async def judge_index(settings: Settings) -> IndexVerdict:
    """Make an index of what the database says, by the product's code, and compare every posting."""
    with closing(sqlite3.connect(settings.data_dir / "persrv.sqlite3", timeout=30)) as connection:
        (waiting,) = connection.execute("SELECT count(*) FROM index_queue").fetchone()
        ids = [number for (number,) in connection.execute("SELECT id FROM stickers ORDER BY id")]
    kept = contents(settings.index_dir)
    with tempfile.TemporaryDirectory(prefix="persrv-index-") as folder:
        async with open_services(settings) as services:
            queue = services.indexer._queue
            documents = [
                one for start in range(0, len(ids), 250) for one in await queue.documents(ids[start : start + 250])
            ]
        fresh_index = WhooshStickerIndex(Path(folder))
        fresh_index.update(documents, ())
        fresh_index.close()
        fresh = contents(Path(folder))
    return IndexVerdict(
        stickers=len(documents),
        waiting=waiting,
        postings=len(fresh),
        differences=sum(kept.get(key) != fresh.get(key) for key in kept.keys() | fresh.keys()),
    )


def contents(index: Path) -> dict[tuple[str, str, int], float]:
    """Everything that an index says: (field, word, sticker) -> frequency, and (field, "", sticker) -> length."""
    said: dict[tuple[str, str, int], float] = {}
    snapshot, cache = open_snapshot(index, {}), PostingsCache(1_000_000)
    files = IndexFiles(str(index))
    reader = FileIndex(files, schema=schema()).reader()
    try:
        for row, field in enumerate(FIELDS):
            for number, sticker in enumerate(snapshot.stickers.tolist()):
                if snapshot.live[number] and snapshot.lengths[row, number]:
                    said[field.value, "", sticker] = float(snapshot.lengths[row, number])
            for word in reader.lexicon(field.value) if reader.doc_count_all() else ():
                found = snapshot.postings(field, word.decode(), cache)
                for document, frequency in zip(found.documents.tolist(), found.frequencies.tolist(), strict=True):
                    said[field.value, word.decode(), int(snapshot.stickers[document])] = frequency
    finally:
        reader.close()
        files.close_files()
        snapshot.close()
    return said


@dataclass(frozen=True, slots=True)
class ProfilesVerdict:
    """Stored profiles beside those fitted from scratch to what the stand-in says people chose.

    :param people: Who has a profile when it is fitted from scratch.
    :param different: Whose stored one is missing, another one, or should not be there.
    """

    people: int
    different: int

    @property
    def good(self) -> bool:
        return self.people > 0 and not self.different


async def judge_profiles(settings: Settings, promised: Promised) -> ProfilesVerdict:
    """Fit everybody anew to the stand-in's record, in the space that serves, and compare byte for byte."""
    chosen: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for choice in promised.values():
        chosen[choice.user][choice.sticker] += 1
    async with open_services(settings) as services:
        current = services.artefacts.current()
        space = str(current.notes.get(SPACE_ID, ""))
        different = people = 0
        for user, counts in chosen.items():
            ids = sorted(counts)
            times = [counts[number] for number in ids]
            fitted = profile_of_choices(current.arrays[VECTORS], ids, times, space_id=space, k=services.settings.styles)
            people += fitted is not None
            stored = await services.profiles.load(user, space)
            different += stored != (None if fitted is None else profile_to_bytes(fitted))
    return ProfilesVerdict(people, different)
