"""A small run of the ranking benchmark, so that it does not rot."""

from __future__ import annotations

import pytest

from benchmarks.ranking import measure, page


@pytest.mark.slow
def test_a_small_run_answers_with_all_stages_and_writes_what_it_took(tmp_path):
    said = []
    rankings = measure(tmp_path, 400, 12, said.append)
    assert [len(each.ms) for each in rankings] == [12, 12, 12, 12]
    text = page(400, rankings)
    assert "400 stickers" in text
    assert "| persrv-plus, its vector remembered |" in text
