"""persrv-plus's one score."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from persrv.domain.candidates import PARTS
from persrv.errors import ConfigurationError
from persrv.ranking.plus import PlusWeights, rank_plus
from persrv.recall.diffusion import lending_of
from persrv.recall.memory import HALF_LIFE, Remembered, remember
from persrv.recall.pool import pool


def found(**by_id):
    ids = np.array([int(name[1:]) for name in by_id], dtype=np.int64)
    return ids, np.array(list(by_id.values()), dtype=np.float64)


WEIGHTS = PlusWeights(lexical=2, meaning=1, texts=1, memory=0, choices=0.5, diffusion=0.5, style=1.0)


def test_the_score_by_hand():
    lent = lending_of(sparse.csr_array(np.array([[0, 0, 0], [0, 0, 0], [0.4, 0, 0]])))  # 2 borrows from 0
    parts = {"lexical": found(s0=1.0, s1=0.5), "meaning": found(s1=1.0)}
    pooled = pool(parts, lent, WEIGHTS.shares, choices=WEIGHTS.choices, diffusion=WEIGHTS.diffusion)
    ranked = rank_plus(pooled, np.array([0.0, 0.3, 0.0]), style=WEIGHTS.style, limit=10)
    # lexical counts 1/2, meaning 1/4: both have a mix of .5, which is the best, so 1; sticker 1 has it in two halves,
    # times e^.3; sticker 2 borrows .5 x .4 x 1, of 1 + .5 x .4.
    assert ranked.ids.tolist() == [1, 0, 2]
    assert ranked.scores.tolist() == pytest.approx([math.exp(0.3), 1.0, 1 / 6])
    assert dict(zip(PARTS, ranked.parts[0], strict=True)) == {
        "lexical": 0.5,
        "meaning": 0.5,
        "texts": 0,
        "memory": 0,
        "choices": 0,
    }
    assert ranked.lent.tolist() == pytest.approx([0.0, 0.0, 1 / 6])
    assert ranked.factors.tolist() == pytest.approx([math.exp(0.3), 1.0, 1.0])
    assert ranked.preference.tolist() == [0.3, 0.0, 0.0]


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
        pooled = pool(parts, None, WEIGHTS.shares, choices=0.5, diffusion=0.0)
        return np.argsort(-pooled.recall, kind="stable").tolist().index(1)

    assert place([counts[0], counts[1] + more, counts[2]]) <= place(counts)


def test_with_ever_more_choices_the_score_becomes_their_share():
    parts = {"lexical": found(s0=1.0), "choices": found(s0=2e6, s1=8e6)}
    pooled = pool(parts, None, WEIGHTS.shares, choices=0.5, diffusion=0.0)
    assert pooled.recall.tolist() == pytest.approx([0.2, 0.8], abs=1e-6)


def test_equal_scores_stand_by_sticker_and_a_shorter_list_is_the_beginning():
    pooled = pool(
        {"lexical": (np.array([1, 2, 3]), np.ones(3))},
        None,
        WEIGHTS.shares,
        choices=WEIGHTS.choices,
        diffusion=WEIGHTS.diffusion,
    )
    everything = rank_plus(pooled, np.zeros(3), style=1.0, limit=10)
    assert everything.ids.tolist() == [1, 2, 3]
    assert rank_plus(pooled, np.zeros(3), style=1.0, limit=2).ids.tolist() == [1, 2]


def test_a_part_that_is_switched_off_is_as_if_it_had_found_nothing():
    off = PlusWeights(lexical=1, meaning=0, texts=0, memory=0, choices=0, diffusion=0, style=0)
    parts = {"lexical": found(s1=1.0), "meaning": found(s2=1.0), "choices": found(s3=9.0)}
    pooled = pool(parts, None, off.shares, choices=off.choices, diffusion=off.diffusion)
    assert pooled.ids.tolist() == [1]


def test_nothing_found_is_an_empty_ranking():
    pooled = pool({}, None, WEIGHTS.shares, choices=WEIGHTS.choices, diffusion=WEIGHTS.diffusion)
    assert not len(rank_plus(pooled, np.zeros(0), style=1.0, limit=5).ids)


def test_wrong_weights_are_all_named():
    with pytest.raises(ConfigurationError) as failed:
        PlusWeights(lexical=-1, style=float("nan"))
    assert len(failed.value.problems) == 2
    with pytest.raises(ConfigurationError, match="nothing would be found"):
        PlusWeights(lexical=0, meaning=0, texts=0, memory=0)


def test_the_shares_sum_to_one():
    assert sum(PlusWeights().shares.values()) == pytest.approx(1.0)


def test_memory_is_a_persons_own_and_fades():
    memory = remember(
        [Remembered("u", "q", 1, at=0.0), Remembered("u", "q", 2, at=HALF_LIFE), Remembered("v", "q", 3, at=HALF_LIFE)]
    )
    ids, scores = memory.find("u", "q")
    assert ids.tolist() == [1, 2]
    assert scores.tolist() == pytest.approx([0.5 / 4, 1 / 4])
    assert memory.find("u", "other")[0].tolist() == []
    assert memory.find("nobody", "q")[0].tolist() == []


def test_without_times_nothing_fades():
    _, scores = remember([Remembered("u", "q", 1), Remembered("u", "q", 1)]).find("u", "q")
    assert scores.tolist() == [0.5]
