"""Table 6: which stickers are measured, and against which queries; the measures themselves are in test_likeness."""

from __future__ import annotations

import numpy as np
import pytest

from persrv.evaluation.generation import measure_keywords
from tests.evaluation.conftest import clicks, dataset, table


class Letters:
    """A text's vector says which of a, b and c it is."""

    name = "letters"

    def encode(self, texts):
        return np.eye(3, dtype=np.float32)[["abc".index(text) for text in texts]]


@pytest.fixture
def data(tmp_path):
    stickers = table(
        ("s1", "s2", "s3", "s4", "s5"),
        tmp_path,
        keywords={"s1": "a", "s2": "b", "s4": "c", "s5": "a"},
        ocr={"s1": "words", "s2": ""},
    )
    # s1 was chosen in train too; nobody looked for words on s5; s3 has no keywords, s4 is not asked for, s9 is unknown.
    test = clicks("u a s1", "v b s1", "u a s1", "u b s2", "u a s3", "u a s5", "u a s9")
    return dataset(stickers, clicks("u a s1", "u c s4"), (), test)


def test_every_sticker_with_keywords_that_was_chosen_in_test_is_measured_by_its_distinct_queries(data):
    found = measure_keywords(data, data.stickers, Letters())
    assert found.encoder == "letters"
    # s1 is like one of its two queries, s2 and s5 like their only one.
    assert found.everything.cosine.overall.stickers == 3
    assert found.everything.cosine.overall.value == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert found.everything.best_cosine.overall.value == 1


def test_stickers_are_told_apart_by_words_on_them_and_by_train(data):
    found = measure_keywords(data, data.stickers, Letters())
    assert found.everything.cosine.with_text.value == pytest.approx(1 / 2)
    assert (found.everything.cosine.without_text.stickers, found.everything.cosine.without_text.value) == (1, 1)
    assert found.not_in_train.cosine.overall.stickers == 2
    assert found.not_in_train.cosine.overall.value == 1


def test_without_keywords_there_is_no_table(data, tmp_path):
    assert measure_keywords(data, table(("s1", "s2"), tmp_path), Letters()) is None
