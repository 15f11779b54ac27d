"""A small run of the whole path, so that it does not rot; nothing of it is about time."""

from __future__ import annotations

import itertools
import json

import pytest

from benchmarks.growth.run import measure
from benchmarks.path.people import letter_by_letter
from benchmarks.path.run import Load, Ready, run
from benchmarks.path.writing import write
from benchmarks.ranking import make_up


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_query_that_a_person_stops_to_look_at_is_answered(tmp_path):
    load = Load(size=80, choices=20, rate=10, people=20, seconds=3, warm=0.5)
    result = run(load, tmp_path / "data", learn=False, say=lambda text: None)
    for measured in (result.steady, result.typing, result.steady_choosing, result.typing_choosing):
        assert measured.unanswered == 0
        assert measured.answered > 0
        assert measured.answered + measured.superseded == len(measured.queries)
    assert result.steady.choices == result.typing.choices == 0
    assert result.steady_choosing.choices > 0
    page = write(result, tmp_path, "What limits it.\n")
    assert page.endswith("What limits it.\n")
    assert "| waited for in vain | 0 | 0 | 0 | 0 |" in page
    assert json.loads((tmp_path / "path-80.json").read_text("utf-8"))["typing"]["people"] == 20


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_catalogue_that_other_benchmarks_made_is_answered_from(tmp_path):
    growth, learnt = tmp_path / "growth", tmp_path / "learnt-120"
    measure(growth, 120, seed=1, queries=5, say=lambda text: None)
    make_up(learnt, 120)
    ready = Ready(growth / "120" / "data", learnt)
    load = Load(size=120, rate=10, people=20, seconds=2, warm=0.5)
    result = run(load, tmp_path / "data", ready=ready, say=lambda text: None)
    for measured in (result.steady, result.typing):
        assert measured.unanswered == 0
        assert any(each.results for each in measured.queries)
        resident, anonymous = measured.memory
        assert resident > anonymous > 20
    assert "ERROR" not in (tmp_path / "data" / "bot.log").read_text("utf-8")
    with pytest.raises(RuntimeError, match="has 120 stickers, not 121"):
        run(Load(size=121), tmp_path / "other", ready=ready, say=lambda text: None)


def test_people_type_letter_by_letter_and_look_after_the_last():
    typed = letter_by_letter(("abc", "de"), (1, 2, 3), seconds=60, seed=1)
    assert typed == letter_by_letter(("abc", "de"), (1, 2, 3), seconds=60, seed=1)
    assert [each.at for each in typed] == sorted(each.at for each in typed)
    for person in (1, 2, 3):
        theirs = [each for each in typed if each.person == person]
        for before, after in itertools.pairwise(theirs):
            assert after.text.startswith(before.text) != before.last or len(after.text) == 1
            assert (after.at - before.at >= 1.0) == before.last
        assert all(each.last == (each.text in ("abc", "de")) for each in theirs)
    assert not any(each.chooses for each in typed)


def test_people_who_choose_do_so_before_they_type_the_next_word():
    typed = letter_by_letter(("abc", "de"), (1, 2, 3), seconds=60, seed=1, chosen=0.5)
    chose = [each for each in typed if each.chooses]
    assert {len(each.text) for each in chose} == {1}
    words = sum(each.last for each in typed)
    assert 0.3 * words < len(chose) < 0.7 * words
