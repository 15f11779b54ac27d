"""Reading a dataset folder that is wrong: the file, the line, the reason, and what would be right."""

import json

import pytest

from persrv.adapters.dataset import read_dataset
from persrv.errors import DatasetInvalid

HEADER = "uid,query,docid"


def folder_of(tmp_path, **files):
    for name in ("train", "valid", "test"):
        (tmp_path / f"{name}.csv").write_text(f"{HEADER}\nu,q,a\n", "utf-8")
    for name, content in files.items():
        stem, _, ending = name.rpartition("_")
        path = tmp_path / f"{stem}.{ending}"
        if content is None:
            path.unlink()
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, "utf-8")
    return tmp_path


def said(folder, **options):
    with pytest.raises(DatasetInvalid) as caught:
        read_dataset(folder, seed=0, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("u,q,a\n", 1, "there is no header"),
        ("uid;query;docid\nu;q;a\n", 1, "there is no header"),
        ("uid,docid\nu,a\n", 1, "lacks query"),
        ("uid,query,docid,uid\nu,q,a,u\n", 1, "names uid more than once"),
        (f"{HEADER}\nu,q,a\nu,q\n", 3, "2 values under 3 columns"),
        (f"{HEADER}\nu,hello, you,a\n", 2, "4 values under 3 columns"),
        (f"{HEADER}\n,q,a\n", 2, "the uid is empty"),
        (f"{HEADER}\nu,  ,a\n", 2, "the query is empty"),
        (f"{HEADER}\nu,q,\n", 2, "the docid is empty"),
        (f"{HEADER}\nu,q\0,a\n", 2, "zero byte"),
        (f'{HEADER}\nu,"q\tr",a\n', 2, "a tab"),
        (f'{HEADER}\nu,"never closed,a\n', 2, "no valid CSV"),
        (f'{HEADER}\nu,q,a\n\nu,"never closed,a\nu,q,b\nu,"r",a\n', 4, "no valid CSV"),
        (f'{HEADER}\nu,"never closed,a\n' + "u,q,a\n" * 9_000, 2, "no valid CSV"),
        (f'{HEADER}\nu,q,a\nu,"never closed,a\nu,q,b\nu,r",a\n', 3, "a line break"),
        (f'{HEADER}\nu,"q\n",a\n,q,a\n', 4, "the uid is empty"),
        (f"{HEADER}\nu,{'x' * 20000},a\n", 2, "characters"),
        (f"{HEADER},ts\nu,q,a,yesterday\n", 2, "Unix seconds"),
        (f"{HEADER},ts\nu,q,a,1717545600000\n", 2, "Unix seconds"),
    ],
)
def test_a_bad_row_names_its_file_line_and_reason(tmp_path, text, line, reason):
    message = said(folder_of(tmp_path, train_csv=text))
    assert f"train.csv, line {line}:" in message
    assert reason in message


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"id": "a"}\n{"id": "b"\n', 2, "no valid JSON"),
        ('{"id": "a"}\n{"id": }\n', 2, "(Expecting value at character 8)"),
        ('["a"]\n', 1, "no object"),
        ('{"ocr": "x"}\n', 1, "there is no id"),
        ('{"id": ""}\n', 1, "there is no id"),
        ('{"id": true}\n', 1, "there is no id"),
        ('{"id": "a\\tb"}\n', 1, "a tab"),
        ('{"id": "a\\ud83d"}\n', 1, "one half of a character"),
        ('{"id": "a"}\n\n{"id": "a"}\n', 3, "was on line 1 already"),
        ('{"id": "a", "ocr": 3}\n', 1, "ocr has to be a string or a list of strings"),
        ('{"id": "a", "llava_keywords": [["x"]]}\n', 1, "llava_keywords has to be"),
        ('{"id": "a", "embedding": "x"}\n', 1, "finite numbers"),
        ('{"id": "a", "embedding": [1, NaN]}\n', 1, "finite numbers"),
        ('{"id": "a", "embedding": []}\n', 1, "finite numbers"),
        ('{"id": "a", "embedding": ["1", "2"]}\n', 1, "finite numbers"),
        ('{"id": "a", "embedding": [0.5, true]}\n', 1, "finite numbers"),
        ('{"id": "a", "embedding": [[1, 2], [3, 4]]}\n', 1, "finite numbers"),
        ('{"id": "a", "embedding": 1}\n', 1, "finite numbers"),
        (f'{{"id": "a", "embedding": [{10**400}]}}\n', 1, "finite numbers"),
        ('{"id": "a", "embedding": [1, 2]}\n{"id": "b", "embedding": [1]}\n', 2, "1 numbers; those before it have 2"),
        ("[" * 100_000 + "\n", 1, "no valid JSON"),
    ],
)
def test_a_bad_sticker_names_its_file_line_and_reason(tmp_path, text, line, reason):
    message = said(folder_of(tmp_path, stickers_jsonl=text))
    assert f"stickers.jsonl, line {line}:" in message
    assert reason in message


def test_stickers_that_are_not_in_utf8_are_told_so(tmp_path):
    folder = folder_of(tmp_path, stickers_jsonl="")
    (folder / "stickers.jsonl").write_bytes('{"id": "a"}\n{"id": "b", "ocr": "加油"}\n'.encode("gbk"))
    assert "stickers.jsonl, line 2: this is not in UTF-8; save the file as UTF-8." in said(folder)


def test_a_line_of_megabytes_is_refused_before_it_is_parsed(tmp_path):
    message = said(folder_of(tmp_path, stickers_jsonl=json.dumps([{"id": "x" * 100} for _ in range(20_000)])))
    assert "stickers.jsonl, line 1: it is longer than" in message


def test_several_bad_rows_are_named_at_once_but_not_thousands(tmp_path):
    three = said(folder_of(tmp_path, train_csv=f"{HEADER}\n,q,a\nu,q,a\nu,,a\nu,q,\n"))
    assert [f"line {line}:" in three for line in (2, 3, 4, 5)] == [True, False, True, True]
    many = said(folder_of(tmp_path, train_csv=f"{HEADER}\n" + ",q,a\n" * 5000))
    assert many.count("the uid is empty") == 10
    assert "Perhaps there are more" in many


def test_an_empty_part_is_named(tmp_path):
    assert "valid.csv has a header and no row" in said(folder_of(tmp_path, valid_csv=f"{HEADER}\n"))


def test_an_empty_file_is_told_what_its_first_line_should_be(tmp_path):
    assert "uid,query,docid" in said(folder_of(tmp_path, test_csv=""))


def test_parts_that_are_not_all_there_are_named(tmp_path):
    message = said(folder_of(tmp_path, valid_csv=None))
    assert "has train.csv and test.csv but lacks valid.csv" in message


def test_a_log_too_short_to_split_is_refused(tmp_path):
    (tmp_path / "interactions.csv").write_text(f"{HEADER}\n" + "u,q,a\n" * 500, "utf-8")
    assert "1 distinct choices" in said(tmp_path)


def test_a_split_by_time_wants_times(tmp_path):
    (tmp_path / "interactions.csv").write_text(f"{HEADER}\n" + "u,q,a\n" * 20, "utf-8")
    assert "column ts" in said(tmp_path, by_time=True)


def test_a_split_by_time_names_the_row_that_has_none(tmp_path):
    rows = "".join(f"u,q{n},a,{1_700_000_000 + n}\n" for n in range(20))
    (tmp_path / "interactions.csv").write_text(f"{HEADER},ts\n{rows}u,q,a, \n", "utf-8")
    message = said(tmp_path, by_time=True)
    assert "interactions.csv, line 22: ts is ' '; Unix seconds are wanted" in message


def test_a_log_of_one_moment_cannot_be_split_by_time(tmp_path):
    (tmp_path / "interactions.csv").write_text(f"{HEADER},ts\n" + "u,q,a,1700000000\n" * 20, "utf-8")
    assert "leaves a part empty" in said(tmp_path, by_time=True)


def test_given_parts_cannot_be_split_by_time(tmp_path):
    assert "no interactions.csv" in said(folder_of(tmp_path), by_time=True)


def test_another_folder_is_told_what_a_dataset_folder_is(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"")
    message = said(tmp_path)
    assert "is not a dataset folder" in message
    assert "interactions.csv" in message


def test_a_folder_that_is_not_there_and_a_file_are_told_apart(tmp_path):
    assert "is not there" in said(tmp_path / "nowhere")
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    assert "is a file" in said(path)


def test_bytes_that_are_not_utf_8_are_refused(tmp_path):
    assert "not in UTF-8" in said(folder_of(tmp_path, train_csv=f"{HEADER}\nu,你好,a\n".encode("gb18030")))


def test_sticker_queries_with_a_bad_row_name_its_line(tmp_path):
    path = tmp_path / "zh.csv"
    path.write_text("sticker_id,labeled_queries\n1.png,a,b\n", "utf-8")
    assert "zh.csv, line 2:" in said(path)


def test_a_lost_quotation_mark_of_sticker_queries_is_told_by_the_line_of_its_row(tmp_path):
    path = tmp_path / "zh.csv"
    path.write_text('sticker_id,labeled_queries\n1.png,"a"\n2.png,"b\n3.png,c\n4.png,"d"\n', "utf-8")
    assert "zh.csv, line 3: this is no valid CSV" in said(path)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_sticker_queries_in_another_encoding_are_told_which_is_wanted(tmp_path, encoding):
    path = tmp_path / "zh.csv"
    path.write_bytes("sticker_id,labeled_queries\r\n1.png,开心\r\n".encode(encoding))
    message = said(path)
    assert "zh.csv is not in UTF-8" in message
    assert message.endswith("save it as UTF-8.")
