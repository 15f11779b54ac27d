"""Reading a dataset folder that is right."""

import json

import numpy as np
import pytest

from persrv.adapters.dataset import log_text, read_dataset
from persrv.adapters.dataset.interactions import read_log
from persrv.domain.dataset import Interaction, SplitKind
from persrv.domain.semantics import SemanticField
from persrv.errors import DatasetInvalid
from persrv.evaluation.statistics import PartStatistics, dataset_statistics


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(text, "utf-8")
    return folder


def rows(*lines, header="uid,query,docid"):
    return "\n".join([header, *lines]) + "\n"


def parts(folder, **more):
    three = {"train_csv": rows("u,q,a"), "valid_csv": rows("u,q,b"), "test_csv": rows("u,q,c")}
    return write(folder, **three | more)


def log_of(count, header="uid,query,docid"):
    return rows(*(f"u{n % 3},q{n % 7},d{n}" for n in range(count)), header=header)


def test_given_parts_are_used_as_they_are(tmp_path):
    dataset = read_dataset(parts(tmp_path / "set"), seed=1)
    assert dataset.split is SplitKind.GIVEN
    assert dataset.train == (Interaction("u", "q", "a"),)
    assert dataset.valid == (Interaction("u", "q", "b"),)
    assert dataset.test == (Interaction("u", "q", "c"),)


def test_a_sticker_of_train_or_of_a_picture_is_known_and_one_of_test_alone_is_not(tmp_path):
    folder = parts(tmp_path / "set", stickers_jsonl='{"id": "b"}\n')
    (folder / "images").mkdir()
    (folder / "images" / "only.PNG").write_bytes(b"")
    dataset = read_dataset(folder, seed=1)
    assert dataset.stickers.docids == ("a", "b", "only")
    assert dataset.unknown == ("c",)
    assert any("'c'" in note for note in dataset.notes)
    assert dataset.stickers.image(2) == folder / "images" / "only.PNG"
    assert dataset.stickers.image(0) is None
    assert [dataset.stickers.row(docid) for docid in ("a", "only", "c", "zzz")] == [0, 2, None, None]


def test_our_names_and_the_authors_names_of_fields_are_both_read(tmp_path):
    ours = {"id": "a", "ocr": "加油", "keywords": "k", "description": "d", "emotions": "e", "emoji": "🙂", "set": "s"}
    theirs = {
        "id": 7,
        "paddleocr_texts": ["不", " 要 "],
        "llava_keywords": "k2",
        "llava34b_image_desc": "d2",
        "llava34b_image_emotions": "",
        "clip_cn_embedding": [[1.0, 2.0]],
    }
    lines = "\n".join(json.dumps(line, ensure_ascii=False) for line in (ours, theirs, {"id": "z"}))
    stickers = read_dataset(parts(tmp_path / "set", stickers_jsonl=lines), seed=1).stickers
    first, second, third = (stickers.row(docid) for docid in ("a", "7", "z"))
    assert [stickers.texts[field][first] for field in stickers.texts] == ["加油", "k", "d", "e", "🙂", "s"]
    assert stickers.texts[SemanticField.OCR][second] == "不\n要"
    assert stickers.texts[SemanticField.EMOTIONS][second] == ""
    assert stickers.texts[SemanticField.EMOJI][second] is None
    assert all(texts[third] is None for texts in stickers.texts.values())
    np.testing.assert_array_equal(stickers.embeddings.of(np.array([first, second, third])), [[0, 0], [1, 2], [0, 0]])


def test_our_name_wins_where_a_sticker_has_both(tmp_path):
    line = '{"id": "a", "paddleocr_texts": "theirs", "ocr": "ours"}'
    stickers = read_dataset(parts(tmp_path / "set", stickers_jsonl=line), seed=1).stickers
    assert stickers.texts[SemanticField.OCR][0] == "ours"


def test_the_log_is_split_eighty_ten_ten(tmp_path):
    dataset = read_dataset(write(tmp_path / "set", interactions_csv=log_of(200)), seed=3)
    assert dataset.split is SplitKind.RANDOM
    assert [len(part) for part in (dataset.train, dataset.valid, dataset.test)] == [160, 20, 20]
    assert len({row.triple for row in (*dataset.train, *dataset.valid, *dataset.test)}) == 200


def test_ten_distinct_choices_are_enough_to_split_and_repeats_of_one_stay_together(tmp_path):
    text = log_of(10) + "u0,q0,d0\n" * 5
    parts = read_dataset(write(tmp_path / "set", interactions_csv=text), seed=3)
    found = [{row.triple for row in part} for part in (parts.train, parts.valid, parts.test)]
    assert [len(part) for part in found] == [8, 1, 1]
    assert sum(len(part) for part in (parts.train, parts.valid, parts.test)) == 15
    nine = write(tmp_path / "nine", interactions_csv=log_of(9) + "u0,q0,d0\n" * 5)
    with pytest.raises(DatasetInvalid, match="9 distinct choices"):
        read_dataset(nine, seed=3)


def test_the_split_depends_on_the_seed_and_not_on_the_order_of_the_file(tmp_path):
    text = log_of(100)
    _header, *lines = text.splitlines()
    one = read_dataset(write(tmp_path / "one", interactions_csv=text), seed=3)
    turned = read_dataset(write(tmp_path / "two", interactions_csv=rows(*lines[::-1])), seed=3)
    other = read_dataset(write(tmp_path / "three", interactions_csv=text), seed=4)
    assert set(one.test) == set(turned.test)
    assert set(one.test) != set(other.test)


def test_a_choice_that_repeats_stays_in_one_part_and_keeps_its_repeats(tmp_path):
    text = log_of(50)
    _header, *lines = text.splitlines()
    dataset = read_dataset(write(tmp_path / "set", interactions_csv=rows(*lines, *lines, *lines)), seed=0)
    triples = [{row.triple for row in part} for part in (dataset.train, dataset.valid, dataset.test)]
    assert not (triples[0] & triples[1])
    assert not (triples[0] & triples[2])
    assert not (triples[1] & triples[2])
    assert len(dataset.train) == 3 * len(triples[0])
    assert any("100 of 150 rows repeat" in note for note in dataset.notes)


def test_a_split_by_time_puts_the_latest_last_and_keeps_a_moment_together(tmp_path):
    lines = [f"u,q{n},d{n},{1_700_000_000 + n // 2}" for n in range(40)]
    log = rows(*lines[::-1], header="uid,query,docid,ts")
    dataset = read_dataset(write(tmp_path / "set", interactions_csv=log), seed=0, by_time=True)
    assert dataset.split is SplitKind.TIME
    assert [len(part) for part in (dataset.train, dataset.valid, dataset.test)] == [32, 4, 4]
    assert max(row.ts for row in dataset.train) < min(row.ts for row in dataset.valid)
    assert max(row.ts for row in dataset.valid) < min(row.ts for row in dataset.test)


def test_a_row_may_lack_the_time_that_others_have(tmp_path):
    train = rows("u,q,a,1700000000", "u,q,b,", header="uid,query,docid,ts")
    dataset = read_dataset(
        write(tmp_path / "set", train_csv=train, valid_csv=rows("u,q,a"), test_csv=rows("u,q,a")), seed=0
    )
    assert dataset.train == (Interaction("u", "q", "a", 1_700_000_000.0), Interaction("u", "q", "b"))


def test_a_sticker_without_a_line_is_not_counted_as_having_a_text(tmp_path):
    lines = '{"id": "b", "ocr": "x"}\n{"id": "a", "ocr": "加油"}\n'  # the last line's text is the longest of all
    dataset = read_dataset(parts(tmp_path / "set", stickers_jsonl=lines, train_csv=rows("u,q,z")), seed=0)
    assert dataset.stickers.docids == ("a", "b", "z")
    counted = dataset_statistics(dataset, dataset.stickers.texts).with_text
    assert (counted["ocr"], counted["keywords"]) == (2, 0)


def test_a_dataset_is_counted_whole_and_by_part(tmp_path):
    train = rows("u,q,a", "u,q,a", "u,q,b", "v,q,a", "v,r,a")
    dataset = read_dataset(parts(tmp_path / "set", train_csv=train, test_csv=rows("w,r,z")), seed=0)
    counted = dataset_statistics(dataset, dataset.stickers.texts)
    # a and b are known by train; z is named by test alone, as is b by valid, which train has too.
    assert (counted.stickers, counted.with_picture, counted.split) == (3, 0, "given")
    assert counted.parts["train"] == PartStatistics(5, 4, 3, 2, 2, 2)
    assert counted.parts["test"] == PartStatistics(1, 1, 1, 1, 1, 1)
    assert counted.whole == PartStatistics(7, 5, 4, 2, 3, 3)


def test_columns_may_come_in_any_order_and_others_are_left_out_with_a_note(tmp_path):
    train = '﻿docid,position,uid,query\na,3,u,"hello, you"\n'
    dataset = read_dataset(
        write(tmp_path / "set", train_csv=train, valid_csv=rows("u,q,a"), test_csv=rows("u,q,a")), seed=0
    )
    assert dataset.train == (Interaction("u", "hello, you", "a"),)
    assert any("position" in note for note in dataset.notes)


def test_a_hundred_unknown_fields_of_json_are_left_out_with_a_note(tmp_path):
    line = json.dumps({"id": "a", "ocr": "x", **{f"column_{n}": n for n in range(100)}})
    dataset = read_dataset(parts(tmp_path / "set", stickers_jsonl=line), seed=0)
    assert dataset.stickers.texts[SemanticField.OCR][0] == "x"
    assert any("and 90 others" in note for note in dataset.notes)


def test_a_user_who_is_in_test_alone_is_fine(tmp_path):
    folder = write(tmp_path / "set", train_csv=rows("u,q,a"), valid_csv=rows("u,q,a"), test_csv=rows("new,q,a"))
    assert read_dataset(folder, seed=0).test == (Interaction("new", "q", "a"),)


def test_choices_in_train_and_test_are_counted_in_a_note(tmp_path):
    folder = write(tmp_path / "set", train_csv=rows("u,q,a"), valid_csv=rows("u,p,a"), test_csv=rows("u,q,a", "u,r,a"))
    assert any("1 of 2 distinct test choices" in note for note in read_dataset(folder, seed=0).notes)


def test_of_two_pictures_of_one_sticker_the_first_format_is_taken(tmp_path):
    folder = parts(tmp_path / "set")
    (folder / "images").mkdir()
    for name in ("a.gif", "a.webp", "a.txt", ".webp", "noending"):
        (folder / "images" / name).write_bytes(b"")
    stickers = read_dataset(folder, seed=0).stickers
    assert stickers.image(0).name == "a.webp"
    assert stickers.images.count() == 1


def test_sticker_queries_become_one_choice_a_label(tmp_path):
    path = tmp_path / "zh.csv"
    labels = "、".join(f"词{n}" for n in range(12))
    path.write_text(f'sticker_id,labeled_queries\n1.png,"{labels}, 词1"\n2.gif,ok\n', "utf-8")
    dataset = read_dataset(path, seed=0)
    everything = (*dataset.train, *dataset.valid, *dataset.test)
    assert len(everything) == 13
    assert {row.uid for row in everything} == {"everybody"}
    assert Interaction("everybody", "ok", "2.gif") in everything


def test_a_text_is_read_back_as_it_was(tmp_path):
    texts = ["", "x", "表情包", "👩‍👩‍👧", "half \ud83d of a pair", "a" * 5000]
    lines = "\n".join(json.dumps({"id": str(n), "ocr": text}) for n, text in enumerate(texts))
    stickers = read_dataset(parts(tmp_path / "set", stickers_jsonl=lines), seed=0).stickers
    assert [stickers.texts[SemanticField.OCR][stickers.row(str(n))] for n in range(len(texts))] == texts


@pytest.mark.parametrize("seed", [0, 1])
def test_reading_twice_gives_the_same(tmp_path, seed):
    folder = write(tmp_path / "set", interactions_csv=log_of(60))
    assert read_dataset(folder, seed=seed).test == read_dataset(folder, seed=seed).test


@pytest.mark.parametrize("timed", [False, True])
def test_a_log_is_read_back_as_it_was_written(tmp_path, timed):
    queries = ['hello, "you"', "it's; fine", "加油", "a\u2028b", "\ufeffx", "'"]
    log = [
        Interaction(f"u,{n}", query, f"d{n}", 0.1 + n if timed and n % 2 else None) for n, query in enumerate(queries)
    ]
    path = tmp_path / "log.csv"
    path.write_text(log_text(log, timed=timed), "utf-8", newline="")
    read = read_log(path)
    assert (read.rows, read.timed) == (tuple(log), timed)


def test_a_picture_that_is_a_link_to_itself_is_none_and_the_others_are_found(tmp_path):
    folder = parts(tmp_path / "set")
    (folder / "images").mkdir()
    (folder / "images" / "a.png").write_bytes(b"")
    (folder / "images" / "b.png").symlink_to("b.png")
    stickers = read_dataset(folder, seed=1).stickers
    assert stickers.docids == ("a",)
    assert stickers.images.count() == 1


def test_a_log_beside_its_parts_is_said_not_to_be_read(tmp_path):
    notes = read_dataset(parts(tmp_path / "set", interactions_csv=rows("u,q,z")), seed=1).notes
    assert "interactions.csv was not read: train.csv, valid.csv and test.csv are beside it." in notes
    assert not any("was not read" in note for note in read_dataset(parts(tmp_path / "other"), seed=1).notes)


def test_repeats_are_noted_once_whatever_the_split(tmp_path):
    timed = rows(*(f"u,q,d{n % 15},{n}" for n in range(40)), header="uid,query,docid,ts")
    given = parts(tmp_path / "given", train_csv=rows("u,q,a", "u,q,a"))
    log = write(tmp_path / "log", interactions_csv=timed)
    for folder, by_time in ((given, False), (log, False), (log, True)):
        notes = read_dataset(folder, seed=1, by_time=by_time).notes
        assert sum("rows repeat a choice" in note for note in notes) == 1, (folder.name, by_time)
