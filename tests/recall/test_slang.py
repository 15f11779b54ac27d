"""Slang and the plain words for it."""

import re
from importlib import resources

import pytest

from persrv.recall.slang import plain_words, slang_table
from persrv.text import normalise, tokenise, units


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("yyds", "永远的神"),
        ("666", "厉害"),
        ("66666666", "厉害"),
        ("wuwuwuwu", "呜呜"),
        ("wuwuw", "呜呜"),
        ("zzzzzz", "睡觉"),
        ("zz", "傻"),
        ("omgggg", "shocked"),
        ("ㅋㅋㅋㅋㅋ", "笑"),
        ("хахаха", "смех"),
        ("栓q", "谢谢"),
    ],
)
def test_it_is_found_however_often_it_repeats_itself(written, first):
    assert plain_words(normalise(written))[0] == first


@pytest.mark.parametrize("word", ["", "happy", "开心", "lol", "好", "1", "😂"])
def test_a_plain_word_is_none(word):
    assert plain_words(word) == ()


def test_every_line_has_a_slang_of_its_own_and_words_that_are_no_slang_themselves():
    text = resources.files("persrv.recall").joinpath("slang.tsv").read_text("utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line[:2] != "# "]
    assert len(lines) == len(slang_table()) > 250
    for slang, plain in lines:
        assert "".join(units(slang)) == normalise(slang) == normalise(slang).replace(" ", "")
        words = plain.split("|")
        assert len(set(words)) == len(words) <= 3
        for word in words:
            assert tokenise(word)
            assert word == normalise(word) != slang
            assert plain_words(word) != tuple(words)


def test_what_repeats_itself_stands_there_in_a_form_that_is_looked_up():
    for slang in slang_table():
        assert not re.search(r"(.)\1{3}|^((.)(?!\3).)\2{2,}\3?$", slang)
