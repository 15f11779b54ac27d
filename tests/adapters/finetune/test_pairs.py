"""What is learnt and what is measured, read from a dataset folder."""

import json
from dataclasses import replace

import pytest

from persrv.adapters.finetune.clicks import Click, find_images, read_clicks, read_rows, read_texts, split
from persrv.adapters.finetune.pairs import read_training_set
from persrv.adapters.finetune.recipe import read_recipe
from persrv.errors import DatasetInvalid

RECIPE = replace(read_recipe(), held_out_share=0.25)


def test_pairs_come_from_the_training_part_alone(dataset):
    found = read_training_set(dataset(), RECIPE)
    learnt = {pair.docid for pair in found.pairs}
    assert learnt
    assert learnt.isdisjoint({"c5", "d5"}), "these were clicked in valid and test only"
    assert {"c5", "d5"} <= {sticker.docid for sticker in found.held_out}


def test_held_out_stickers_are_never_learnt_and_their_queries_are_the_references(dataset):
    found = read_training_set(dataset(), RECIPE)
    held = {sticker.docid: sticker for sticker in found.held_out}
    assert len(held) > 2
    assert held.keys().isdisjoint(pair.docid for pair in found.pairs)
    assert len(held) + len({pair.docid for pair in found.pairs}) == 24
    assert held["c5"].references == ("想哭",)
    assert (held["c5"].text, next(s.text for s in held.values() if s.docid[0] in "ab")) == ("", "哈哈")


def test_a_poisoned_test_row_does_not_change_what_is_learnt(dataset):
    folder = dataset()
    before = read_training_set(folder, RECIPE)
    with (folder / "test.csv").open("a", encoding="utf-8") as file:
        for docid in ("a0", "b1", "c2", "nowhere"):
            file.write(f"evil,poison,{docid}\n")
    after = read_training_set(folder, RECIPE)
    assert after.pairs == before.pairs
    assert after.digest == before.digest


def test_a_repeated_click_is_one_pair(dataset):
    folder = dataset()
    with (folder / "train.csv").open("a", encoding="utf-8") as file:
        file.write("u9,happy,a0\nu9,glad,a0\n")
    found = read_training_set(folder, replace(RECIPE, held_out_share=0.0))
    assert [pair.query for pair in found.pairs if pair.docid == "a0"] == ["happy", "glad"]


def test_the_seed_draws_other_stickers(dataset):
    folder = dataset()
    drawn = [{s.docid for s in read_training_set(folder, replace(RECIPE, seed=seed)).held_out} for seed in (0, 1)]
    assert drawn[0] != drawn[1]
    assert drawn[0] == {s.docid for s in read_training_set(folder, RECIPE).held_out}


def test_stickers_without_a_usable_picture_are_left_out_with_a_reason(dataset):
    folder = dataset()
    (folder / "images" / "a0.webp").unlink()
    (folder / "images" / "b0.webp").write_bytes(b"not a picture")
    found = read_training_set(folder, RECIPE)
    assert [skipped.docid for skipped in found.skipped] == ["a0", "b0"]
    assert "images/" in found.skipped[0].reason
    assert "b0.webp" in found.skipped[1].reason
    assert {"a0", "b0"}.isdisjoint({pair.docid for pair in found.pairs} | {s.docid for s in found.held_out})


def test_nothing_to_learn_says_what_was_found(dataset):
    folder = dataset()
    for path in (folder / "images").iterdir():
        path.unlink()
    with pytest.raises(DatasetInvalid, match="22 training clicks, 0 pictures in images/, 24 clicked stickers without"):
        read_training_set(folder, RECIPE)


def test_interactions_are_split_by_seed_and_every_row_is_in_one_part(dataset):
    folder = dataset(parts=False)
    whole = tuple(read_rows(folder / "interactions.csv"))
    parts = read_clicks(folder, 3)
    assert [len(parts.train), len(parts.valid), len(parts.test)] == [19, 3, 2]
    assert sorted((*parts.train, *parts.valid, *parts.test), key=whole.index) == list(whole)
    assert read_clicks(folder, 3) == parts
    assert read_clicks(folder, 4) != parts


def test_a_split_of_a_hundred_is_eighty_ten_ten():
    rows = tuple(Click("u", "q", str(number)) for number in range(100))
    parts = split(rows, 0)
    assert (len(parts.train), len(parts.valid), len(parts.test)) == (80, 10, 10)


def test_parts_that_are_given_are_used_though_interactions_are_there_too(dataset):
    folder = dataset()
    (folder / "interactions.csv").write_text("uid,query,docid\nu,q,d\n")
    assert len(read_clicks(folder, 0).train) == 22


def test_one_missing_part_is_named(dataset):
    folder = dataset()
    (folder / "valid.csv").unlink()
    with pytest.raises(DatasetInvalid, match=r"lacks valid\.csv"):
        read_clicks(folder, 0)


def test_a_folder_without_clicks_says_what_it_wants(tmp_path):
    with pytest.raises(DatasetInvalid, match=r"neither interactions\.csv nor train"):
        read_clicks(tmp_path, 0)
    with pytest.raises(DatasetInvalid, match="does not exist"):
        read_clicks(tmp_path / "nowhere", 0)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", 1, "header"),
        ("user,query,docid\n", 1, "look at uid"),
        ("uid,query,query,docid\n", 1, "look at query"),
        ("uid,query,docid\nu,q,d\nu,q\n", 3, "2 values under 3 columns"),
        ("uid,query,docid\nu,q,d,e\n", 2, "4 values under 3 columns"),
        ("uid,query,docid\nu,  ,d\n", 2, "query is empty"),
        ("uid,query,docid\n\nu,q,\n", 3, "docid is empty"),
        ("uid,query,docid,ts\nu,q,d,yesterday\n", 2, "'yesterday'"),
        ("uid,query,docid,ts\nu,q,d,nan\n", 2, "Unix seconds"),
        ('uid,query,docid\nu,"q"x,d\n', 2, "no valid CSV"),
        ('uid,query,docid\nu,"q,d\n', 2, "no valid CSV"),
        ("uid,query,docid\nu,q\0,d\n", 2, "zero byte"),
    ],
)
def test_a_bad_row_names_its_file_line_and_reason(tmp_path, content, line, reason):
    path = tmp_path / "train.csv"
    path.write_text(content, "utf-8", newline="")
    with pytest.raises(DatasetInvalid) as caught:
        list(read_rows(path))
    assert f"{path}, line {line}" in str(caught.value)
    assert reason in str(caught.value)


def test_bytes_that_are_not_utf_8_are_named(tmp_path):
    path = tmp_path / "train.csv"
    path.write_bytes(b"uid,query,docid\nu,\xff,d\n")
    with pytest.raises(DatasetInvalid, match="not UTF-8"):
        list(read_rows(path))


def test_columns_may_stand_in_any_order_after_a_byte_order_mark(tmp_path):
    path = tmp_path / "train.csv"
    path.write_bytes('\ufeffdocid, ts ,query,uid\r\n7,1.5,"想哭,真的",u\r\n'.encode())
    assert list(read_rows(path)) == [Click("u", "想哭,真的", "7")]


def test_ocr_texts_go_by_our_name_and_the_authors(tmp_path):
    lines = [
        {"id": "a", "ocr": " hi "},
        {"id": 2, "paddleocr_texts": ["一", "二"]},
        {"id": "c"},
        {"id": "d", "ocr": ""},
    ]
    (tmp_path / "stickers.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert read_texts(tmp_path) == {"a": "hi", "2": "一\n二", "d": ""}


@pytest.mark.parametrize("line", ["{", "[]", '{"ocr": "x"}', '{"id": "a", "ocr": 7}'])
def test_a_bad_sticker_names_its_line(tmp_path, line):
    (tmp_path / "stickers.jsonl").write_text('{"id": "ok"}\n\n' + line + "\n")
    with pytest.raises(DatasetInvalid, match=r"stickers\.jsonl, line 3"):
        read_texts(tmp_path)


def test_of_several_pictures_of_a_sticker_the_first_kind_is_taken(tmp_path):
    (tmp_path / "images").mkdir()
    for name in ("a.webm", "a.png", "a.txt", "b.TGS", "c.d.jpg"):
        (tmp_path / "images" / name).write_bytes(b"")
    found = {docid: path.name for docid, path in find_images(tmp_path).items()}
    assert found == {"a": "a.png", "b": "b.TGS", "c.d": "c.d.jpg"}
