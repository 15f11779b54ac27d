"""The index against the brute-force fake, and the one in memory against the index, on random histories."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persrv.adapters.search import MemoryStickerIndex, WhooshStickerIndex
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.ports.fakes import InMemoryStickerIndex

words = st.sampled_from(["cat", "dog", "hi", "开心", "心", "👍", "赞", "a"])
texts = st.dictionaries(
    st.sampled_from(SemanticField), st.lists(words, max_size=5).map(" ".join), max_size=len(SemanticField)
)
documents = st.builds(StickerDocument, st.integers(1, 12), texts)
updates = st.tuples(st.lists(documents, max_size=6), st.sets(st.integers(1, 12), max_size=3), st.booleans())
queries = st.lists(words, min_size=1, max_size=4)
weights = st.dictionaries(st.sampled_from(SemanticField), st.sampled_from([0.0, 0.3, 0.5, 1.0, 2.0]), min_size=1)


def place(hit):
    """Where a hit stands; scores that differ by a rounding alone count as the same."""
    return -round(hit.relevance, 9), hit.sticker_id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(updates, min_size=1, max_size=6), st.lists(queries, min_size=1, max_size=4), weights)
def test_it_answers_as_looking_at_every_sticker_does(history, asked, by_field):
    with tempfile.TemporaryDirectory() as folder:
        index, fake = WhooshStickerIndex(Path(folder)), InMemoryStickerIndex()
        try:
            for added, deleted, compacted in history:
                index.update(added, deleted)
                fake.update(added, deleted)
                if compacted:
                    index.compact()
                assert index.count() == fake.count()
                for query in asked:
                    found = sorted(index.search(query, weights=by_field, limit=50), key=place)
                    expected = sorted(fake.search(query, weights=by_field, limit=50), key=place)
                    assert [hit.sticker_id for hit in found] == [hit.sticker_id for hit in expected]
                    for hit, other in zip(found, expected, strict=True):
                        assert hit.relevance == pytest.approx(other.relevance, rel=1e-12)
                        assert dict(hit.by_field) == pytest.approx(dict(other.by_field), rel=1e-12)
        finally:
            index.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(updates, min_size=1, max_size=6), st.lists(queries, min_size=1, max_size=4), weights, st.integers(0, 9))
def test_the_one_in_memory_answers_as_the_index_of_record_to_the_last_bit(history, asked, by_field, limit):
    useful = np.random.default_rng(limit).choice([0.0, 0.25, 1.5], size=13)
    with tempfile.TemporaryDirectory() as folder:
        index, memory = WhooshStickerIndex(Path(folder)), MemoryStickerIndex(cached_postings=limit)
        try:
            for added, deleted, _ in history:
                index.update(added, deleted)
                memory.update(added, deleted)
                assert memory.count() == index.count()
                for query in asked:
                    found, expected = (
                        each.search(query, weights=by_field, limit=limit, utility=lambda ids: useful[ids])
                        for each in (memory, index)
                    )
                    assert list(found) == list(expected)
        finally:
            index.close()
