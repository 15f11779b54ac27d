"""persrv-plus's one score."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

from persrv.domain.candidates import PARTS
from persrv.errors import ConfigurationError
from persrv.ranking.plus import PlusWeights, rank_plus
from persrv.recall.diffusion import lending_of
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
