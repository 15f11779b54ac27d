"""The fields' weights."""

from __future__ import annotations

import pytest

from persrv.domain.semantics import SemanticField
from persrv.errors import ConfigurationError
from persrv.recall.weights import RelevanceWeights


def test_every_field_has_a_weight_and_the_papers_are_the_papers():
    weights = RelevanceWeights().as_mapping()
    assert list(weights) == list(SemanticField)
    assert weights[SemanticField.OCR] == 1.0
    assert weights[SemanticField.QUERIES] == 0.5
    assert weights[SemanticField.DESCRIPTION] == 1.0
    assert weights[SemanticField.EMOTIONS] == 0.3


def test_every_wrong_weight_is_named_at_once():
    with pytest.raises(ConfigurationError) as caught:
        RelevanceWeights(ocr=-1.0, pack=float("nan"), emoji=float("inf"))
    assert [problem.split(" is ")[0].rsplit(" ", 1)[1] for problem in caught.value.problems] == [
        "ocr", "emoji", "pack",
    ]  # fmt: skip
