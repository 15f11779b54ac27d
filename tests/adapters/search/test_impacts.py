"""The table of impacts against the postings of the same folder: the same answers, bit for bit, whatever happens."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persrv.adapters.search.impact_building import build
from persrv.adapters.search.whoosh_index import WhooshStickerIndex
from persrv.domain.semantics import SemanticField, StickerDocument
from tests.adapters.search.comparing import NEVER, WORDS, answers, lookup, nobody, same

words = st.sampled_from(["cat", "dog", "hi", "开心", "心", "👍", "赞", "a"])
texts = st.dictionaries(
    st.sampled_from(SemanticField), st.lists(words, max_size=5).map(" ".join), max_size=len(SemanticField)
)
documents = st.lists(st.builds(StickerDocument, st.integers(1, 14), texts), max_size=8)
steps = st.one_of(
    st.tuples(st.just("update"), documents, st.sets(st.integers(1, 14), max_size=4)),
    st.tuples(st.sampled_from(["build", "compact", "reopen"])),
)
queries = st.lists(words, min_size=1, max_size=4)
by_field = st.dictionaries(st.sampled_from(SemanticField), st.sampled_from([0.0, 0.3, 0.5, 1.0, 2.0]), min_size=1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents, st.lists(steps, min_size=1, max_size=7), st.lists(queries, min_size=1, max_size=4), by_field)
def test_after_any_history_the_table_answers_as_the_postings_do(first, history, asked, weights):
    with tempfile.TemporaryDirectory() as folder:
        options = {"refresh_seconds": 0.0, "build": nobody}
        plain = WhooshStickerIndex(Path(folder), impacts_from=NEVER, **options)
        tabled = WhooshStickerIndex(Path(folder), impacts_from=0, **options)
        utility, by_table = lookup(3), False
        try:
            tabled.update(first, [])
            for step, *arguments in [("build",), *history]:
                if step == "update":
                    tabled.update(*arguments)
                elif step == "build":
                    build(Path(folder))
                    by_table = True
                elif step == "compact":
                    tabled.compact()
                    by_table = False  # the builder is nobody
                else:
                    tabled.close()
                    tabled = WhooshStickerIndex(Path(folder), impacts_from=0, **options)
                for query in asked:
                    for extra, limit in ((None, 3), (utility, 3), (utility, 50)):
                        found = tabled.search(query, weights=weights, limit=limit, utility=extra)
                        assert found == plain.search(query, weights=weights, limit=limit, utility=extra)
                if tabled.count() and by_table:  # counting looks whether there is a new table
                    assert tabled._served is not None
        finally:
            tabled.close()
            plain.close()


def test_the_same_hundred_of_two_thousand_with_ties_and_with_what_changed_since(
    tabled, plain, folder, corpora, weights
):
    for start in range(1, 2001, 250):
        tabled.update(corpora.random(250, seed=start, first_id=start), [])
    build(folder)
    index = plain()
    assert same(tabled, index, weights)
    tabled.update(corpora.random(60, seed=70, first_id=1900), range(1, 90))
    assert same(tabled, index, weights)
    tabled.update([corpora.document(5000, ocr="brandnew cat")], [])
    assert [hit.sticker_id for hit in tabled.search(["brandnew"], weights=weights, limit=5)] == [5000]
    build(folder)
    assert same(tabled, index, weights)
    other = {field: 1.7 - 0.2 * number for number, field in enumerate(weights)}
    assert same(tabled, index, other)  # other weights need no other table
    tabled.close()


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97, 1.0])
def test_who_is_left_out_makes_room_for_the_next_best_as_in_the_postings(
    tabled, plain, folder, corpora, weights, share
):
    tabled.update(corpora.random(900, seed=3), [])
    build(folder)
    index = plain()
    assert same(tabled, index, weights)
    hidden = np.random.default_rng(9).random(1_000) < share
    found = {}
    for limit in (1, 20, 100, 2_000):
        asked = {"weights": weights, "limit": limit, "utility": lookup(2), "left_out": lambda ids: hidden[ids]}
        found[limit] = tabled.search(["cat", "开心"], **asked)
        assert found[limit] == index.search(["cat", "开心"], **asked)
        assert not any(hidden[hit.sticker_id] for hit in found[limit])
    assert found[20] == found[2_000][:20]


def test_weights_that_a_table_cannot_hold_and_utilities_below_nothing_are_left_to_the_postings(
    tabled, plain, folder, corpora, weights
):
    tabled.update(corpora.random(100, seed=1), [])
    build(folder)
    tiny = {SemanticField.OCR: 1e-60, SemanticField.PACK: 1.0}
    assert same(tabled, plain(), tiny)
    found = tabled.search(["cat"], weights=weights, limit=9, utility=lambda ids: -ids / 7)
    assert found == plain().search(["cat"], weights=weights, limit=9, utility=lambda ids: -ids / 7)
    assert found[0].utility < 0


def test_while_a_table_serves_no_postings_are_kept_in_memory_and_what_it_has_is_not_there_twice(
    tabled, folder, corpora, weights
):
    tabled.update(corpora.random(300, seed=1), [])
    answers(tabled, weights)
    assert len(tabled._cache) > 0
    build(folder)
    answers(tabled, weights)
    base = tabled._keeper.base
    assert len(tabled._cache) == 0
    assert all(np.shares_memory(leaf.columns.lengths, base.impacts.lengths) for leaf in tabled._snapshot.leaves)
    assert tabled._served.view.ids is base.stickers


def test_field_lengths_that_were_read_take_no_more_room_than_they_need(plain, corpora):
    index = plain()
    index.update([corpora.document(1, ocr="cat " * 300), corpora.document(2, ocr="cat")], [])
    (leaf,) = index._snapshot.leaves
    assert leaf.columns.lengths.dtype == np.uint16
    assert leaf.columns.lengths[0].tolist() == [300, 1]


def test_searches_while_tables_are_replaced_give_what_they_give_one_after_the_other(
    tabled, folder, corpora, weights, open_index, tmp_path
):
    def state(index):
        return [
            tuple(
                (hit.sticker_id, hit.score) for hit in index.search(query, weights=weights, limit=20, utility=utility)
            )
            for query in (["cat"], ["happy", "开"], ["👍", "ok", "sad"], WORDS)
        ]

    utility = lookup(2)
    steps = [(corpora.random(40, seed=n, first_id=1 + n * 15), {n * 3 + 1}) for n in range(8)]
    serial = open_index(tmp_path / "serial", impacts_from=NEVER)
    expected = []
    for added, deleted in steps:
        serial.update(added, deleted)
        expected.append(state(serial))
    by_query = [set(column) for column in zip(*expected, strict=True)]
    tabled.update(*steps[0])
    build(folder)
    done, faults, seen = threading.Event(), [], [0] * 6

    def search(worker):
        while not done.is_set() and not faults:
            try:
                for number, answer in enumerate(state(tabled)):
                    if answer not in by_query[number]:
                        faults.append((worker, number))
                seen[worker] += 1
            except BaseException as error:
                faults.append(error)
                raise

    threads = [threading.Thread(target=search, args=(worker,)) for worker in range(len(seen))]
    for thread in threads:
        thread.start()
    try:
        for number, (added, deleted) in enumerate(steps[1:]):
            tabled.update(added, deleted)
            if number % 2:
                build(folder)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert min(seen) > 0
    assert state(tabled) == expected[-1]
    assert tabled._served is not None
