"""Case studies: the pairs that a module changes most."""

from __future__ import annotations

import numpy as np

from persrv.domain.dataset import Interaction
from persrv.evaluation.cases import Module, most_chosen, pick_cases
from persrv.evaluation.pairs import Pair
from persrv.evaluation.running import Run


def run_of(name, *rankings):
    times = np.zeros(len(rankings))
    return Run(
        name, tuple([(docid, -float(rank)) for rank, docid in enumerate(each)] for each in rankings), times, times
    )


PAIRS = (
    Pair("u", "up a little", frozenset({"b"})),
    Pair("u", "up a lot", frozenset({"d"})),
    Pair("v", "down", frozenset({"a"})),
    Pair("w", "found at last", frozenset({"c"})),
    Pair("w", "as it was", frozenset({"a"})),
)
WITHOUT = run_of("4-utility", "abcd", "abcd", "abcd", "ab", "abcd")
HAVING = run_of("5-personal", "bacd", "dabc", "bcda", "cab", "abcd")


def test_the_largest_rises_come_first_one_of_each_person_and_the_worst_fall_last():
    cases = pick_cases(PAIRS, {run.name: run for run in (WITHOUT, HAVING)}, {"u": list("xyz")})
    assert [case.query for case in cases] == ["found at last", "up a lot", "up a little", "down"]
    assert [(case.rank_without, case.rank_having) for case in cases] == [(None, 1), (4, 1), (2, 1), (1, 4)]
    assert [case.rises for case in cases] == [True, True, True, False]
    assert {case.module for case in cases} == {Module.PERSONALISATION}
    assert cases[1].history == ("x", "y", "z")


def test_what_somebody_chose_most_comes_first_and_of_equals_the_lower_docid():
    rows = [Interaction("u", "q", docid) for docid in "cbacd"] + [Interaction("v", "q", "a")]
    assert most_chosen(rows) == {"u": ["c", "a", "b", "d"], "v": ["a"]}


def test_a_module_that_was_not_run_has_no_case():
    assert pick_cases(PAIRS, {"4-utility": WITHOUT}, {}) == ()
