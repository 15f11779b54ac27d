"""Parts brought together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.domain.candidates import NOTHING, Recalled, RecalledStickers
from persrv.ranking.plus import PlusWeights
from persrv.recall.pool import best_of_readings, pool, relative_to_best

SHARES = {"lexical": 0.5, "meaning": 0.25, "texts": 0.25, "memory": 0.0}


def found(**scores):
    ids = sorted(int(name[1:]) for name in scores)
    return np.array(ids, dtype=np.int64), np.array([scores[f"s{number}"] for number in ids])


def test_of_several_readings_a_sticker_has_its_best_in_each_part():
    typed = {"lexical": found(s1=1.0, s2=0.5), "meaning": found(s9=1.0)}
    meant = {"lexical": found(s2=1.0, s3=0.5)}
    best = best_of_readings([(0.25, typed), (0.8, meant)])
    ids, scores = best["lexical"]
    assert ids.tolist() == [1, 2, 3]
    assert scores.tolist() == [0.25, 0.8, 0.4]
    assert best["meaning"][1].tolist() == [0.25]


def test_one_reading_that_counts_in_full_is_what_it_found():
    only = {"lexical": found(s4=0.3, s7=1.0), "texts": found(s1=0.2)}
    best = best_of_readings([(1.0, only)])
    for name, (ids, scores) in only.items():
        assert best[name][0].tolist() == ids.tolist()
        assert best[name][1].tolist() == scores.tolist()


def test_choices_for_the_very_same_query_speak_against_the_mix_by_hand():
    parts = {"lexical": found(s0=1.0, s1=0.5), "choices": found(s1=3.0, s2=1.0)}
    pooled = pool(
        parts, None, {"lexical": 1.0, "meaning": 0.0, "texts": 0.0, "memory": 0.0}, choices=0.5, diffusion=0.0
    )
    # The mix squared is 1 and 1/4; four choices at a half each make 3 of what all is divided by.
    assert pooled.ids.tolist() == [0, 1, 2]
    assert pooled.recall.tolist() == pytest.approx([1 / 3, (0.25 + 1.5) / 3, 0.5 / 3])


@given(counts=st.lists(st.integers(0, 50), min_size=3, max_size=3), more=st.integers(1, 50))
def test_a_choice_more_never_lowers_a_sticker_among_the_others(counts, more):
    def place(choices):
        parts = {"lexical": found(s0=1.0, s1=0.7, s2=0.2), "choices": (np.arange(3), np.array(choices, dtype=float))}
        pooled = pool(parts, None, SHARES, choices=0.5, diffusion=0.0)
        return np.argsort(-pooled.recall, kind="stable").tolist().index(1)

    assert place([counts[0], counts[1] + more, counts[2]]) <= place(counts)


def test_with_ever_more_choices_the_score_becomes_their_share():
    parts = {"lexical": found(s0=1.0), "choices": found(s0=2e6, s1=8e6)}
    pooled = pool(parts, None, SHARES, choices=0.5, diffusion=0.0)
    assert pooled.recall.tolist() == pytest.approx([0.2, 0.8], abs=1e-6)


def test_a_part_that_is_switched_off_is_as_if_it_had_found_nothing():
    off = PlusWeights(lexical=1, meaning=0, texts=0, memory=0, choices=0, diffusion=0, style=0)
    parts = {"lexical": found(s1=1.0), "meaning": found(s2=1.0), "choices": found(s3=9.0)}
    pooled = pool(parts, None, off.shares, choices=off.choices, diffusion=off.diffusion)
    assert pooled.ids.tolist() == [1]


def test_what_words_found_is_relative_to_the_best_and_nothing_where_nothing_counts():
    recalled = RecalledStickers.of([Recalled(7, 3.0, utility=1.0), Recalled(2, 1.0)])
    ids, scores = relative_to_best(recalled)
    assert (ids.tolist(), scores.tolist()) == ([2, 7], [0.25, 1.0])
    assert relative_to_best(RecalledStickers.of([Recalled(7, 0.0)])) is NOTHING
    assert relative_to_best(RecalledStickers()) is NOTHING
