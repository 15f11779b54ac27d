"""What many updates leave behind: the same scores, few files, and nothing of what was deleted."""

from __future__ import annotations

import errno
import itertools
import random
import resource
from pathlib import Path

import pytest

from persrv.adapters.search import files
from persrv.adapters.search.postings import PostingsCache
from persrv.errors import SearchIndexError


def test_an_index_with_a_history_scores_bit_for_bit_as_one_made_afresh(
    open_index, tmp_path, corpora, weights, everything
):
    rng = random.Random(2)
    lived, final = open_index(), {}
    for step in range(25):
        batch = corpora.random(rng.randint(1, 30), seed=step, first_id=rng.randint(1, 150))
        gone = set(rng.sample(range(1, 180), 8)) - {document.sticker_id for document in batch}
        lived.update(batch, gone)
        final |= {document.sticker_id: document for document in batch}
        final = {sticker_id: document for sticker_id, document in final.items() if sticker_id not in gone}
    fresh = open_index(tmp_path / "fresh")
    fresh.update(list(final.values()), [])
    expected = everything(fresh, weights)
    assert lived.count() == len(final)
    assert everything(lived, weights) == expected
    lived.compact()
    assert everything(lived, weights) == expected
    lived.close()
    assert everything(open_index(), weights) == expected


def test_a_very_long_text_keeps_its_exact_length(index, open_index, tmp_path, corpora, weights):
    # Whoosh rounds lengths to one byte at every merge; ours must not drift.
    long = [corpora.document(n, ocr="cat " + "dog " * (1000 + n)) for n in range(6)]
    for document in long:
        index.update([document], [])
    index.compact()
    fresh = open_index(tmp_path / "fresh")
    fresh.update(long, [])
    assert index.search(["cat"], weights=weights, limit=9) == fresh.search(["cat"], weights=weights, limit=9)
    assert [hit.sticker_id for hit in index.search(["cat"], weights=weights, limit=9)] == [0, 1, 2, 3, 4, 5]


def test_many_small_commits_leave_few_files_and_no_open_ones(index, folder, corpora, weights):
    def open_files():
        listed = Path("/proc/self/fd")
        return len(list(listed.iterdir())) if listed.exists() else 0

    most, before = 0, 0
    for document in corpora.random(60, seed=4):
        index.update([document], [])
        most = max(most, len(list(folder.iterdir())))
        before = before or open_files()
    assert index.count() == 60
    assert most <= 3 * 5 + 4  # segments, and the contents, manifest, lock and scratch folder
    assert open_files() <= before + most
    index.compact()
    assert len(list(folder.glob("*.seg"))) == 1


def occurrences(folder, word):
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_compaction_leaves_no_word_of_what_was_deleted_or_replaced(index, folder, corpora, weights):
    index.update([corpora.document(n, ocr=f"keep{n}", queries="secretone") for n in range(1, 40)], [])
    index.update([corpora.document(50, queries="secrettwo 密语"), corpora.document(51, ocr="keepsake")], [])
    index.update([corpora.document(n, ocr=f"keep{n}") for n in range(1, 40)], [50])
    (folder / "MAIN_abc123.trm").write_text("secretone")  # what a killed writer leaves
    (folder / "_MAIN_7.toc.123.4").write_text("secretone")
    assert occurrences(folder, "secretone")
    assert occurrences(folder, "secrettwo")
    assert occurrences(folder, "密语")
    index.compact()
    assert [occurrences(folder, word) for word in ("secretone", "secrettwo", "密语", "密")] == [[], [], [], []]
    assert occurrences(folder, "keepsake")
    assert index.count() == 40
    assert [hit.sticker_id for hit in index.search(["keep7"], weights=weights, limit=9)] == [7]
    index.update([], range(1, 60))
    index.compact()
    assert occurrences(folder, "keep") == []
    assert index.count() == 0
    index.update([corpora.document(1, ocr="keep1")], [])
    assert index.count() == 1


def test_a_full_disk_is_told_in_a_sentence_and_the_last_commit_keeps_serving(index, folder, corpora, weights):
    index.update(corpora.random(20, seed=1), [])
    before = index.search(["cat"], weights=weights, limit=50)
    names = {path.name for path in folder.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    many = corpora.random(400, seed=9)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))  # no file may grow beyond this
    try:
        with pytest.raises(SearchIndexError, match=r"cannot be written: .+free space"):
            index.update(many, [])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert index.search(["cat"], weights=weights, limit=50) == before
    assert {path.name for path in folder.iterdir()} == names
    assert index.count() == 20
    index.update(many, [])  # the lock was let go
    assert index.count() == 400


def test_an_error_at_any_file_of_a_commit_leaves_the_last_one(index, folder, corpora, weights, everything, monkeypatch):
    index.update(corpora.random(20, seed=1), [])
    before = everything(index, weights)
    create = files.IndexFiles.create_file
    for nth in itertools.count(1):
        made = itertools.count(1)

        def failing(self, name, made=made, nth=nth, **options):
            if next(made) == nth:
                raise OSError(errno.ENOSPC, "No space left on device")
            return create(self, name, **options)

        with monkeypatch.context() as patched:
            patched.setattr(files.IndexFiles, "create_file", failing)
            try:
                index.update(corpora.random(5, seed=2), [19])
            except SearchIndexError as error:
                assert "cannot be written: No space left on device" in str(error)  # noqa: PT017 (one is the last)
            else:
                break
        assert everything(index, weights) == before
        assert len(list(folder.iterdir())) == 4  # one segment, the contents, the manifest, the lock
    assert nth > 10
    assert index.count() == 19


def test_a_disk_that_does_not_take_a_commit_keeps_the_last_one(index, folder, corpora, weights, monkeypatch):
    index.update(corpora.random(20, seed=1), [])
    before = index.search(["cat"], weights=weights, limit=50)

    def failing(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "fsync", failing)
        with pytest.raises(SearchIndexError, match="Input/output error"):
            index.update([], range(1, 20))
    assert index.search(["cat"], weights=weights, limit=50) == before
    index.update([], range(1, 20))
    assert index.count() == 1


def test_the_cache_of_postings_is_bounded_and_forgets_merged_segments(open_index, corpora, weights, everything):
    bounded, plain = open_index(cached_postings=200), open_index()
    for step in range(6):
        bounded.update(corpora.random(30, seed=step, first_id=step * 20), [])
    assert everything(bounded, weights) == everything(plain, weights)
    assert bounded._cache.held <= 200
    before = len(plain._cache)
    plain.compact()
    assert len(plain._cache) == 0 < before


def test_the_cache_counts_what_it_holds():
    class Reader:
        def postings(self, field, token):
            from whoosh.matching import ListMatcher

            return ListMatcher(list(range(10)), [1.0] * 10)

    cache = PostingsCache(capacity=60)
    for token in "abc":
        cache.get(("s", "ocr", token), Reader())
    assert (len(cache), cache.held) == (2, 52)
    cache.retain([])
    assert (len(cache), cache.held) == (0, 0)
