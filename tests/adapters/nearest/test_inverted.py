"""The inverted file against a comparison of everything with everything."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from persrv.adapters.nearest import arrange_vectors, open_nearest


@pytest.fixture(scope="module")
def vectors():
    random = np.random.default_rng(3)
    centres = random.normal(size=(60, 16))
    points = centres[random.integers(0, 60, 4_000)] + 0.4 * random.normal(size=(4_000, 16))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float16)


def test_few_vectors_are_looked_at_one_by_one_and_need_no_file(vectors):
    nearest, saved = arrange_vectors(vectors)
    assert len(saved) == 0
    rows, cosines = nearest.find(vectors[7].astype(np.float32), 3)
    everything = vectors.astype(np.float32) @ vectors[7].astype(np.float32)
    assert rows[np.argsort(-cosines)].tolist() == np.argsort(-everything)[:3].tolist()


def test_the_inverted_file_finds_nearly_all_of_the_nearest_and_their_cosines(vectors):
    nearest, _ = arrange_vectors(vectors, exact=100)
    asked = vectors[:200].astype(np.float32)
    rows, cosines = nearest.find_each(asked, 10)
    everything = asked @ vectors.astype(np.float32).T
    best = np.argsort(-everything, axis=1)[:, :10]
    found = [len(set(some) & set(exact)) for some, exact in zip(rows.tolist(), best.tolist(), strict=True)]
    assert np.mean(found) > 9
    assert cosines == pytest.approx(np.take_along_axis(everything, rows, axis=1), abs=0.02)


def test_what_was_saved_answers_the_same(vectors):
    nearest, saved = arrange_vectors(vectors, exact=100)
    again = open_nearest(vectors, saved)
    for vector in vectors[:20].astype(np.float32):
        assert sorted(again.find(vector, 5)[0].tolist()) == sorted(nearest.find(vector, 5)[0].tolist())


def test_out_of_a_file_it_answers_the_same_after_everything_else_is_let_go(vectors, tmp_path):
    nearest, saved = arrange_vectors(vectors, exact=100)
    np.save(tmp_path / "saved.npy", saved)
    again = open_nearest(vectors, np.load(tmp_path / "saved.npy", mmap_mode="r"))
    del saved
    gc.collect()
    asked = vectors[:200].astype(np.float32)
    for found, expected in zip(again.find_each(asked, 9), nearest.find_each(asked, 9), strict=True):
        assert found.tobytes() == expected.tobytes()


def test_the_same_vectors_give_the_same_file(vectors):
    assert arrange_vectors(vectors, exact=100)[1].tobytes() == arrange_vectors(vectors, exact=100)[1].tobytes()


def test_threads_get_what_one_alone_gets(vectors):
    nearest, _ = arrange_vectors(vectors, exact=100)
    asked = list(vectors[:200].astype(np.float32))
    alone = [nearest.find(vector, 5)[0].tolist() for vector in asked]
    with ThreadPoolExecutor(4) as threads:
        assert [rows.tolist() for rows, _ in threads.map(lambda vector: nearest.find(vector, 5), asked)] == alone


def test_an_index_of_other_vectors_or_of_nothing_known_is_refused(vectors):
    _, saved = arrange_vectors(vectors, exact=100)
    with pytest.raises(ValueError, match="4000"):
        open_nearest(vectors[:-1], saved)
    with pytest.raises(ValueError, match="not an index"):
        open_nearest(vectors, saved[:40])
