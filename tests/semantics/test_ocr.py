from __future__ import annotations

import numpy as np
import pytest

from persrv.ports.media import Frames
from persrv.ports.ocr import OcrBox, OcrLine
from persrv.semantics.ocr import is_real, kept_lines, merge, ocr_text, read_frames


def line(text, score=0.99, *, row=0, left=0.1, right=0.9):
    return OcrLine(text, score, OcrBox(left, 0.1 * row, right, 0.1 * row + 0.08))


def texts(lines):
    return [one.text for one in lines]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("早上好", 0.71),
        ("哼", 0.99),
        ("吻！", 0.75),
        ("ok", 0.95),
        ("NO!", 0.92),
        ("lol", 0.98),
        ("666", 0.95),
        ("520", 0.95),
        ("good morning", 0.72),
        ("2024", 0.8),
        ("A股", 0.75),
        ("ありがとう", 0.8),
        ("안녕", 0.8),
        ("ОК!", 0.93),
    ],
)
def test_captions_are_kept(text, score):
    assert is_real(line(text, score))


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("早上好", 0.7),  # the paper: above 0.7
        ("good morning", 0.69),
        ("xx", 1.0),
        ("XX", 1.0),
        ("60", 0.99),
        ("00", 0.93),
        ("O O", 0.99),
        ("88", 0.97),
        ("LL", 1.0),
        ("ooo", 0.97),
        ("|||", 0.97),
        ("D", 1.0),
        ("8", 1.0),
        ("~", 0.99),
        ("...", 0.99),
        ("^_^", 0.99),
        ("口", 0.9),
        ("口。", 0.9),
        ("O!", 0.99),
        ("on", 0.85),
        ("101", 0.8),
    ],
)
def test_false_text_of_drawings_is_dropped(text, score):
    assert not is_real(line(text, score))


def test_lines_of_a_picture_are_read_from_top_to_bottom_and_left_to_right():
    seen = [
        line("world", row=5, left=0.6, right=0.9),
        line("third", row=8),
        OcrLine("hello", 0.99, OcrBox(0.1, 0.515, 0.4, 0.595)),
        line("first", row=1),
        OcrLine("nowhere", 0.99),
    ]
    assert texts(kept_lines(seen)) == ["first", "hello", "world", "third", "nowhere"]
    assert ocr_text(kept_lines(seen)) == "first\nhello\nworld\nthird\nnowhere"


def test_a_line_on_every_frame_stands_once_with_its_best_score():
    merged = merge([[line("早上好", 0.8)], [line("早上好", 0.95)], [line("早上好", 0.9)]])
    assert [(one.text, one.score) for one in merged] == [("早上好", 0.95)]


def test_a_line_misread_once_is_corrected_by_the_surer_frame():
    assert texts(merge([[line("good mornlng", 0.8)], [line("good morning", 0.97)]])) == ["good morning"]
    assert texts(merge([[line("good morning", 0.97)], [line("good mornlng", 0.8)]])) == ["good morning"]


def test_script_and_case_make_no_second_line():
    assert len(merge([[line("別看了")], [line("别看了", 0.95)]])) == 1
    assert len(merge([[line("HELLO")], [line("hello!", 0.95)]])) == 1


def test_lettering_that_types_itself_out_gives_the_whole_line():
    frames = [[line("生日", 1.0)], [line("生日快", 0.99)], [line("生日快乐", 0.9)], [line("生日", 1.0)]]
    assert texts(merge(frames)) == ["生日快乐"]


def test_different_lines_in_one_place_keep_their_order_in_time():
    assert texts(merge([[line("我要")], [line("睡觉")], [line("啦啦啦")]])) == ["我要", "睡觉", "啦啦啦"]


def test_a_line_that_appears_later_above_another_is_read_first():
    assert texts(merge([[line("bottom", row=8)], [line("top line", row=1), line("bottom", row=8)]])) == [
        "top line",
        "bottom",
    ]


def test_alike_lines_of_one_frame_stay_two():
    frame = [line("哈哈哈", row=1), line("哈哈哈哈", row=4)]
    assert texts(merge([frame, frame])) == ["哈哈哈", "哈哈哈哈"]
    assert texts(merge([frame[:1], frame])) == ["哈哈哈", "哈哈哈哈"]


def test_nothing_read_merges_to_nothing():
    assert merge([]) == merge([[], []]) == ()
    assert ocr_text(()) == ""


def test_each_distinct_frame_is_read_once_and_filtered_before_merging():
    pixels = np.zeros((3, 32, 32, 4), np.uint8)
    pixels[:, 8:24, 8:24] = (255, 255, 255, 255)
    pixels[2, 8:24, 8:24] = (0, 0, 0, 255)
    answers = [[line("hello there", 0.9), line("60", row=3)], [line("hello there you", 0.6), line("bye bye", row=7)]]
    asked = []

    def read_picture(picture):
        asked.append(picture.shape)
        return answers[len(asked) - 1]

    lines = read_frames(read_picture, Frames(pixels, np.arange(3, dtype=np.float32), 3.0))
    assert len(asked) == 2
    assert texts(lines) == ["hello there", "bye bye"]
