"""persrv-plus's one score."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

from persrv.domain.candidates import PARTS
from persrv.errors import ConfigurationError
from persrv.ranking.plus import PlusWeights, rank_plus
from persrv.recall.memory import HALF_LIFE, Remembered, remember
from persrv.recall.pool import pool


def found(**by_id):
    ids = np.array([int(name[1:]) for name in by_id], dtype=np.int64)
    return ids, np.array(list(by_id.values()), dtype=np.float64)


WEIGHTS = PlusWeights(lexical=2, meaning=1, texts=1, memory=0, diffusion=0.5, style=1.0)


def test_the_score_by_hand():
    lent = sparse.csr_array(np.array([[0, 0, 0.4], [0, 0, 0], [0, 0, 0]]))  # 0 lends to 2
    pooled = pool({"lexical": found(s0=1.0, s1=0.5), "meaning": found(s1=1.0)}, lent, WEIGHTS.shares, WEIGHTS.diffusion)
    ranked = rank_plus(pooled, np.array([0.0, 0.3, 0.0]), style=WEIGHTS.style, limit=10)
    # lexical counts 1/2, meaning 1/4: 0 has .5; 1 has .25 + .25, times e^.3; 2 borrows .5 x .4 x .5.
    assert ranked.ids.tolist() == [1, 0, 2]
    assert ranked.scores.tolist() == pytest.approx([0.5 * math.exp(0.3), 0.5, 0.1])
    assert dict(zip(PARTS, ranked.parts[0], strict=True)) == {"lexical": 0.25, "meaning": 0.25, "texts": 0, "memory": 0}
    assert ranked.lent.tolist() == pytest.approx([0.0, 0.0, 0.1])
    assert ranked.factors.tolist() == pytest.approx([math.exp(0.3), 1.0, 1.0])
    assert ranked.preference.tolist() == [0.3, 0.0, 0.0]


def test_equal_scores_stand_by_sticker_and_a_shorter_list_is_the_beginning():
    pooled = pool({"lexical": (np.array([1, 2, 3]), np.ones(3))}, None, WEIGHTS.shares, WEIGHTS.diffusion)
    everything = rank_plus(pooled, np.zeros(3), style=1.0, limit=10)
    assert everything.ids.tolist() == [1, 2, 3]
    assert rank_plus(pooled, np.zeros(3), style=1.0, limit=2).ids.tolist() == [1, 2]


def test_a_part_that_is_switched_off_is_as_if_it_had_found_nothing():
    off = PlusWeights(lexical=1, meaning=0, texts=0, memory=0, diffusion=0, style=0)
    pooled = pool({"lexical": found(s1=1.0), "meaning": found(s2=1.0)}, None, off.shares, off.diffusion)
    assert pooled.ids.tolist() == [1]


def test_nothing_found_is_an_empty_ranking():
    pooled = pool({}, None, WEIGHTS.shares, WEIGHTS.diffusion)
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
