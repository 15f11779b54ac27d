"""The engines that are compared. Each is given the same tokens and returns the ids of the best stickers.

Only the first two add utility, as the bot does; the others have six and more weighted fields and no utility, which is
less work. Those that are not installed (`pip install -e '.[benchmarks]'`) are left out.
"""

from __future__ import annotations

import importlib.util
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from persrv.adapters.search import WhooshStickerIndex
from persrv.adapters.search.impact_building import build
from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.recall.weights import RelevanceWeights
from persrv.text import tokenise
from persrv.utility.table import UtilityTable

LIMIT = 100
WEIGHTS: Mapping[SemanticField, float] = RelevanceWeights().as_mapping()
NEVER = 10**9

Documents = Callable[[], Iterable[StickerDocument]]


class Engine(Protocol):
    """One way of searching."""

    name: str

    def search(self, words: Sequence[str]) -> object:
        """The `LIMIT` best stickers for some tokens."""

    def close(self) -> None:
        """Let go of its files."""


class Ours:
    """PerSRV's own index: by its table of impacts, or by Whoosh's postings as before there was one."""

    def __init__(self, folder: Path, utility: UtilityTable, *, table: bool) -> None:
        self.name = "PerSRV, table of impacts" if table else "PerSRV, postings"
        if table:
            build(folder)
        self._index = WhooshStickerIndex(folder, impacts_from=1 if table else NEVER, build=lambda *_: None)
        self._utility = utility

    def search(self, words: Sequence[str]) -> RecalledStickers:
        return self._index.search(words, weights=WEIGHTS, limit=LIMIT, utility=self._utility.lookup)

    def close(self) -> None:
        self._index.close()


class PlainWhoosh:
    """Whoosh's own searcher on the same files: every field, boosted, BM25F."""

    name = "Whoosh"

    def __init__(self, folder: Path) -> None:
        from whoosh import scoring
        from whoosh.index import open_dir

        self._searcher = open_dir(folder).searcher(weighting=scoring.BM25F())

    def search(self, words: Sequence[str]) -> object:
        from whoosh.query import Or, Term

        query = Or([Term(field.value, word, boost=weight) for field, weight in WEIGHTS.items() for word in words])
        return self._searcher.search(query, limit=LIMIT)

    def close(self) -> None:
        self._searcher.close()


class Fts5:
    """SQLite's full-text search, a weight for each column."""

    name = "SQLite FTS5"

    def __init__(self, path: Path, documents: Documents) -> None:
        if not path.exists():
            self._make(path.with_suffix(".unfinished"), documents)
            path.with_suffix(".unfinished").rename(path)
        self._database = sqlite3.connect(path)
        weights = ", ".join(str(weight) for weight in WEIGHTS.values())
        self._query = f"SELECT rowid FROM s WHERE s MATCH ? ORDER BY bm25(s, {weights}) LIMIT {LIMIT}"

    @staticmethod
    def _make(path: Path, documents: Documents) -> None:
        path.unlink(missing_ok=True)
        columns = ", ".join(field.value for field in SemanticField)
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"CREATE VIRTUAL TABLE s USING fts5({columns}, content='', tokenize='ascii')")
            database.executemany(
                f"INSERT INTO s(rowid, {columns}) VALUES (?{', ?' * len(SemanticField)})",
                ((document.sticker_id, *_joined(document).values()) for document in documents()),
            )
            database.commit()

    def search(self, words: Sequence[str]) -> object:
        query = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        return self._database.execute(self._query, (query,)).fetchall()

    def close(self) -> None:
        self._database.close()


class Tantivy:
    """tantivy: every field, boosted."""

    name = "tantivy"

    def __init__(self, folder: Path, documents: Documents) -> None:
        import tantivy  # type: ignore[import-not-found]

        self._tantivy: Any = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True, fast=True)
        for field in SemanticField:
            builder.add_text_field(field.value, tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        made = folder / "made"
        if folder.exists() and not made.exists():
            shutil.rmtree(folder)
        folder.mkdir(exist_ok=True)
        self._index = tantivy.Index(self._schema, path=str(folder))
        if not made.exists():
            writer = self._index.writer(heap_size=256_000_000, num_threads=1)
            for document in documents():
                texts = {field: text for field, text in _joined(document).items() if text}
                writer.add_document(tantivy.Document(id=document.sticker_id, **texts))
            writer.commit()
            writer.wait_merging_threads()
            made.touch()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, words: Sequence[str]) -> object:
        query = self._tantivy.Query
        parts = [
            (
                self._tantivy.Occur.Should,
                query.boost_query(query.term_query(self._schema, field.value, word, "freq"), weight),
            )
            for field, weight in WEIGHTS.items()
            for word in words
        ]
        return self._searcher.search(query.boolean_query(parts), LIMIT, count=False).hits

    def close(self) -> None:
        """Nothing is held."""


class Bm25s:
    """bm25s: all fields as one text, each word as often as it occurs; no weights. By numba, where that is installed."""

    def __init__(self, documents: Documents) -> None:
        import bm25s  # type: ignore[import-not-found]

        self._bm25s: Any = bm25s
        numbers: dict[str, int] = {}
        corpus = [
            [numbers.setdefault(word, len(numbers)) for text in _joined(document).values() for word in text.split()]
            for document in documents()
        ]
        self._known = numbers
        self._limit = min(LIMIT, len(corpus))
        backend = "numba" if importlib.util.find_spec("numba") else "numpy"
        self.name = f"bm25s, one field, {backend}"
        self._model = bm25s.BM25(backend=backend)
        self._model.index((corpus, numbers), show_progress=False)

    def search(self, words: Sequence[str]) -> object:
        known = [self._known[word] for word in words if word in self._known]
        return self._model.retrieve([known], k=self._limit, show_progress=False) if known else None

    def close(self) -> None:
        """Nothing is held."""


def _joined(document: StickerDocument) -> dict[str, str]:
    return {
        field.value: " ".join(tokenise(document.texts.get(field, ""), expand_emoji=field is SemanticField.EMOJI))
        for field in SemanticField
    }
