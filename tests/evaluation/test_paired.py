import numpy as np
import pytest

from persrv.evaluation.paired import bootstrap_by_user, paired_t_test


def test_the_paired_test_on_student_s_own_sleep_data():
    """Student 1908, two soporifics on ten patients: t = 4.0621 on 9 degrees of freedom, p = 0.002833."""
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    test = paired_t_test(second, first)
    assert test.difference == pytest.approx(1.58)
    assert test.p == pytest.approx(0.002833, abs=1e-6)
    assert (test.n, test.wins, test.ties, test.losses) == (10, 9, 1, 0)


def test_equal_systems_differ_by_luck_alone():
    same = np.array([0.5, 0.25, 1.0])
    assert paired_t_test(same, same).p == 1.0


def test_the_same_gain_on_every_pair_is_no_luck():
    assert paired_t_test(np.array([0.5, 1.0]), np.array([0.25, 0.75])).p == 0.0


@pytest.mark.parametrize(("one", "other"), [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([], [])])
def test_a_test_of_too_little_is_refused(one, other):
    with pytest.raises(ValueError, match="at least two"):
        paired_t_test(np.array(one), np.array(other))


def test_the_bootstrap_draws_users_and_not_pairs():
    # One user with 99 gains and one with a single loss: by pairs it looks sure, by users it is anybody's guess.
    one, other = np.append(np.ones(99), 0.0), np.append(np.zeros(99), 1.0)
    interval = bootstrap_by_user(one, other, ["ann"] * 99 + ["bob"], seed=1)
    assert (interval.low, interval.high) == (-1.0, 1.0)


def test_the_bootstrap_is_repeatable_and_holds_the_mean():
    rng = np.random.default_rng(3)
    one, other = rng.random(60), rng.random(60)
    users = [f"user {row % 12}" for row in range(60)]
    interval = bootstrap_by_user(one, other, users, seed=5)
    assert interval == bootstrap_by_user(one, other, users, seed=5)
    assert interval.low < (one - other).mean() < interval.high
