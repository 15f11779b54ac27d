"""SRS on nine drawn stickers, each a shape in a colour, asked for by the names of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from persrv.adapters.baselines import SrsMatcher
from persrv.errors import ConfigurationError, DatasetInvalid
from tests.adapters.baselines.conftest import Drawn, draw

pytest.importorskip("torch", reason="needs the extra: pip install 'persrv[baselines]'")

pytestmark = pytest.mark.heavy


def pairs_of(names):
    return [(name, row) for row, name in enumerate(names)]


def ranking(matcher, query, count):
    candidates = matcher.preselect(query, count)
    return candidates[np.argsort(-matcher.scores(query, candidates), kind="stable")].tolist()


@pytest.fixture(scope="module")
def fitted(names, drawings, sizes, training):
    matcher = SrsMatcher(sizes, training, device="cpu")
    matcher.fit(pairs_of(names), drawings, seed=1)
    yield matcher
    matcher.close()


def test_the_loss_falls(fitted, training):
    assert len(fitted.losses) == training.epochs
    assert np.mean(fitted.losses[-5:]) < np.mean(fitted.losses[:5]) / 4


def test_what_was_chosen_for_a_query_comes_first(fitted, names):
    found = [ranking(fitted, name, len(names))[0] for name in names]
    assert found == list(range(len(names)))


def test_the_preselection_alone_knows_it_too(fitted, names):
    assert all(row in fitted.preselect(name, 3) for row, name in enumerate(names))


def test_a_picture_that_was_never_chosen_is_found_by_what_it_shows(names, sizes, training):
    chosen = [draw(*name, shift=shift) for shift in (0, -3, 3) for name in names]
    unseen = [draw(*name, shift=1) for name in names]
    # Of the unseen at most one may be drawn as an example of what is wrong for every query.
    matcher = SrsMatcher(sizes, replace(training, pool=1), device="cpu")
    matcher.fit([(names[row % 9], row) for row in range(len(chosen))], Drawn([*chosen, *unseen]), seed=1)
    rows = np.arange(len(chosen), len(chosen) + len(unseen))
    first = [int(np.argmax(matcher.scores(name, rows))) for name in names]
    matcher.close()
    right = sum(row == place for place, row in enumerate(first))
    assert right >= 7, "by chance it would be one of nine"


def test_the_same_seed_gives_the_same_scores_and_another_seed_others(names, drawings, sizes, training):
    short = replace(training, epochs=3)
    everything = np.arange(len(names))

    def scores(seed):
        matcher = SrsMatcher(sizes, short, device="cpu")
        matcher.fit(pairs_of(names), drawings, seed=seed)
        found = np.stack([matcher.scores(name, everything) for name in names])
        matcher.close()
        return found, matcher.losses

    (first, losses), (again, same), (other, _) = scores(5), scores(5), scores(6)
    np.testing.assert_array_equal(first, again)
    assert losses == same
    assert not np.allclose(first, other)


def test_training_leaves_the_random_numbers_of_others_alone(names, drawings, sizes, training):
    import torch

    torch.manual_seed(3)
    expected = torch.rand(2).tolist()
    torch.manual_seed(3)
    matcher = SrsMatcher(sizes, replace(training, epochs=1), device="cpu")
    matcher.fit(pairs_of(names), drawings, seed=1)
    matcher.close()
    assert torch.rand(2).tolist() == expected


def test_fitting_again_begins_anew(names, drawings, sizes, training):
    matcher = SrsMatcher(sizes, replace(training, epochs=2), device="cpu")
    matcher.fit(pairs_of(names), drawings, seed=1)
    first = matcher.scores("红圆", np.arange(9))
    matcher.fit([("ok", 0)], drawings, seed=2)
    assert matcher.scores("红圆", np.arange(9)).tolist() == [-np.inf] * 9
    matcher.fit(pairs_of(names), drawings, seed=1)
    np.testing.assert_array_equal(matcher.scores("红圆", np.arange(9)), first)
    matcher.close()


def test_a_score_does_not_depend_on_the_other_candidates(fitted):
    together = fitted.scores("绿方", np.arange(9))
    alone = [fitted.scores("绿方", np.array([row]))[0] for row in range(9)]
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_the_preselection_is_the_beginning_of_a_longer_one(fitted):
    longest = fitted.preselect("蓝角", 100)
    assert sorted(longest.tolist()) == list(range(9))
    for most in (0, 1, 4, 9):
        assert fitted.preselect("蓝角", most).tolist() == longest[:most].tolist()


def test_a_sticker_without_a_picture_is_never_found(names, drawings, sizes, training):
    holes = Drawn([None, *drawings.pictures, np.zeros((0, 0, 4), np.uint8)])
    pairs = [(name, row + 1) for name, row in pairs_of(names)]
    matcher = SrsMatcher(sizes, replace(training, epochs=1), device="cpu")
    matcher.fit([*pairs, ("红圆", 0)], holes, seed=1)
    assert sorted(matcher.preselect("红圆", 100).tolist()) == list(range(1, 10))
    found = matcher.scores("红圆", np.arange(11))
    assert np.isneginf(found[[0, 10]]).all()
    assert np.isfinite(found[1:10]).all()
    matcher.close()


@pytest.mark.parametrize("query", ["", " ", "never seen"])
def test_a_query_without_a_known_word_finds_nothing(fitted, query):
    assert len(fitted.preselect(query, 5)) == 0
    assert np.isneginf(fitted.scores(query, np.arange(9))).all()


def test_progress_is_told_stage_by_stage_up_to_its_end(names, drawings, sizes, training):
    heard = {}
    matcher = SrsMatcher(sizes, replace(training, epochs=2), device="cpu")
    matcher.fit(
        pairs_of(names),
        drawings,
        seed=1,
        progress=lambda stage, done, total: heard.setdefault(stage, []).append((done, total)),
    )
    matcher.close()
    assert list(heard) == ["reading pictures", "training", "encoding pictures"]
    assert heard["training"] == [(9, 18), (18, 18)]
    assert all(calls[-1][0] == calls[-1][1] for calls in heard.values())


@pytest.mark.parametrize(
    ("pairs", "pictures", "message"),
    [
        ([], [draw("红", "圆")], "nothing to learn"),
        ([("  ", 0)], [draw("红", "圆")], "nothing to learn"),
        ([("红", 0)], [None], "nothing to learn"),
        ([], [], "nothing to learn"),
        ([("红", 1)], [draw("红", "圆")], "names sticker 1"),
        ([("红", -1)], [draw("红", "圆")], "names sticker -1"),
        ([("红", 0)], [np.zeros((4, 4, 3), np.uint8)], "picture of sticker 0"),
    ],
)
def test_what_cannot_be_learnt_from_is_said(pairs, pictures, message, sizes, training):
    with pytest.raises(DatasetInvalid, match=message):
        SrsMatcher(sizes, training, device="cpu").fit(pairs, Drawn(pictures), seed=0)


def test_one_sticker_alone_is_learnt_without_negatives(sizes, training):
    matcher = SrsMatcher(sizes, replace(training, epochs=2), device="cpu")
    matcher.fit([("红", 0)], Drawn([draw("红", "圆")]), seed=0)
    assert np.isfinite(matcher.losses).all()
    assert np.isfinite(matcher.scores("红", np.array([0]))).all()
    matcher.close()


def test_closing_deletes_what_is_on_disk_and_ends_the_asking(names, drawings, sizes, training, tmp_path):
    matcher = SrsMatcher(sizes, replace(training, epochs=1), device="cpu", folder=tmp_path)
    matcher.fit(pairs_of(names), drawings, seed=1)
    assert list(tmp_path.rglob("*.f16"))
    matcher.close()
    matcher.close()
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="closed"):
        matcher.scores("红圆", np.arange(9))


def test_a_candidate_outside_of_the_catalogue_is_an_error(fitted):
    for row in (-1, 9):
        with pytest.raises(ValueError, match="outside"):
            fitted.scores("红圆", np.array([row]))


def test_a_device_that_is_not_there_is_said(sizes, training):
    with pytest.raises(ConfigurationError, match="no device 'tpu9'"):
        SrsMatcher(sizes, training, device="tpu9")
