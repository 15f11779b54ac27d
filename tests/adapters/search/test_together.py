"""Several threads and several processes on one index, and a process that is killed."""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from persrv.errors import IndexBusy, SearchIndexError

QUERIES = [["cat"], ["happy", "开"], ["👍", "ok", "sad"], ["哭"]]


def ids(index, query, weights):
    return [hit.sticker_id for hit in index.search(query, weights=weights, limit=30)]


def test_searches_during_updates_see_one_commit_whole(index, open_index, tmp_path, corpora, weights):
    steps = [(corpora.random(12, seed=n, first_id=1 + n % 3 * 6), {n % 20}) for n in range(10)]
    serial = open_index(tmp_path / "serial")
    states = [[ids(serial, query, weights) for query in QUERIES]]
    for added, deleted in steps:
        serial.update(added, deleted)
        states.append([ids(serial, query, weights) for query in QUERIES])
    done, faults, seen = threading.Event(), [], [0] * 8

    def search(worker):
        rng, at_least = random.Random(worker), [0] * len(QUERIES)
        try:
            while not done.is_set():
                number = rng.randrange(len(QUERIES))
                answer = ids(index, QUERIES[number], weights)
                seen[worker] += 1
                later = [state for state in range(at_least[number], len(states)) if states[state][number] == answer]
                if not later:
                    faults.append((worker, QUERIES[number], answer))
                    return
                at_least[number] = later[0]
                time.sleep(0.001)  # the one who writes wants a turn too
        except BaseException as error:
            faults.append((worker, error))
            raise

    threads = [threading.Thread(target=search, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    try:
        for added, deleted in steps:
            index.update(added, deleted)
        index.compact()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert min(seen) > 5
    assert [ids(index, query, weights) for query in QUERIES] == states[-1]


def test_threads_that_read_the_same_files_do_not_mix_up_what_they_read(open_index, corpora, weights):
    index = open_index(cached_postings=0)  # every search reads the files
    index.update(corpora.random(400, seed=6), [])
    expected = [ids(index, query, weights) for query in QUERIES]
    faults = []

    def search(worker):
        try:
            for turn in range(6):
                number = (worker + turn) % len(QUERIES)
                if ids(index, QUERIES[number], weights) != expected[number]:
                    faults.append(QUERIES[number])
        except BaseException as error:
            faults.append(error)
            raise

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=search, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert faults == []


def test_updates_from_several_threads_all_arrive(index, corpora, weights):
    faults = []

    def add(first):
        try:
            for n in range(first, first + 5):
                index.update([corpora.document(n, ocr="cat")], [])
        except SearchIndexError as error:
            faults.append(error)

    threads = [threading.Thread(target=add, args=(first,)) for first in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert index.count() == 20


def test_what_another_process_commits_is_seen_after_a_moment(open_index, corpora, weights):
    now = [100.0]
    reader = open_index(clock=lambda: now[0], refresh_seconds=0.5)
    writer = open_index()
    writer.update([corpora.document(1, ocr="cat")], [])
    now[0] += 0.4
    assert ids(reader, ["cat"], weights) == []
    now[0] += 0.2
    assert ids(reader, ["cat"], weights) == [1]
    assert reader.count() == 1
    writer.update([corpora.document(2, ocr="cat")], [1])
    reader.update([corpora.document(3, ocr="cat")], [])  # on top of the other's commit
    assert ids(reader, ["cat"], weights) == ids(writer, ["cat"], weights) == [2, 3]


def start(folder, program):
    """Another process, that has our parts imported and `index` open on `folder`."""
    head = f"""
        import os, signal, sys, time
        from pathlib import Path
        from persrv.adapters.search import files, sessions
        from persrv.adapters.search.whoosh_index import WhooshStickerIndex
        from persrv.domain.semantics import SemanticField, StickerDocument
        folder = Path({str(folder)!r})
        index = WhooshStickerIndex(folder)
        def documents(version):
            return [StickerDocument(n, {{SemanticField.OCR: f"cat version{{version}}"}}) for n in range(60)]
    """
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(head) + textwrap.dedent(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process):
    process.stdin.close()
    process.stdout.close()
    return process.wait(30)


def test_a_second_writing_process_is_told_that_the_index_is_busy(index, folder, corpora, weights):
    index.update([corpora.document(1, ocr="cat")], [])
    other = start(
        folder,
        """
        with sessions.writing(folder, lock_seconds=0):
            print("holding", flush=True)
            sys.stdin.read()
        """,
    )
    try:
        assert other.stdout.readline() == "holding\n"
        with pytest.raises(IndexBusy, match="Another process is writing"):
            index.update([corpora.document(2, ocr="cat")], [])
        with pytest.raises(IndexBusy):
            index.compact()
        assert ids(index, ["cat"], weights) == [1]
    finally:
        assert finish(other) == 0
    index.update([corpora.document(2, ocr="cat")], [])
    assert ids(index, ["cat"], weights) == [1, 2]


def versions(index, weights):
    """Which versions of the 60 stickers the index has."""
    assert index.count() == 60
    assert len(index.search(["cat"], weights=weights, limit=100)) == 60
    return [v for v in range(200) if index.search([f"version{v}"], weights=weights, limit=1)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_killed_at_the_moment_of_committing_leaves_a_whole_index(open_index, folder, weights, moment):
    other = start(
        folder,
        f"""
        index.update(documents(1), [])
        index.note_rebuild_queued()
        rename = files.IndexFiles.rename_file
        def dying(self, old, new, safe=False):
            if {moment == "after"}:
                rename(self, old, new, safe=safe)
            os.kill(os.getpid(), signal.SIGKILL)
        files.IndexFiles.rename_file = dying
        index.update(documents(2), [])
        """,
    )
    assert finish(other) == -9
    litter = {path.name for path in folder.iterdir()}
    index = open_index()
    assert not index.needs_rebuild
    assert versions(index, weights) == [1 if moment == "before" else 2]
    index.compact()
    left = {path.name for path in folder.iterdir()}
    assert len(left) == 4 < len(litter)  # one segment, the contents, the manifest, the lock


def test_a_process_killed_at_any_moment_leaves_the_last_commit_or_the_next(open_index, folder, weights):
    rng = random.Random(8)
    open_index().note_rebuild_queued()
    version = 0
    for _ in range(5):
        other = start(
            folder,
            f"""
            for version in range({version + 1}, 200):
                index.update(documents(version), [])
                print(version, flush=True)
            """,
        )
        version = int(other.stdout.readline())
        time.sleep(rng.uniform(0.0, 0.3))
        other.kill()
        for line in other.stdout:
            version = int(line)
        finish(other)
        index = open_index(lock_seconds=5.0)
        assert not index.needs_rebuild
        (found,) = versions(index, weights)
        assert found in {version, version + 1}
        version = found


def test_two_processes_may_make_the_index_at_once(folder, weights):
    others = [
        start(folder, f"index.update([StickerDocument({n}, {{SemanticField.OCR: 'cat'}})], [])") for n in range(3)
    ]
    codes = [finish(other) for other in others]
    assert codes == [0, 0, 0]
    from persrv.adapters.search.whoosh_index import WhooshStickerIndex

    index = WhooshStickerIndex(folder)
    try:
        assert ids(index, ["cat"], weights) == [0, 1, 2]
    finally:
        index.close()
