import numpy as np
import pytest

from persrv.evaluation.means import means, user_means


def test_everybody_counts_the_same_by_user_and_every_pair_the_same_in_the_micro_mean():
    found = means(np.array([1.0, 0.0, 0.5, 0.0]), ["ann", "ann", "ann", "bob"])
    assert found.by_user == pytest.approx((0.5 + 0.0) / 2)
    assert found.micro == pytest.approx(1.5 / 4)


def test_users_stand_in_the_order_in_which_they_first_come():
    assert user_means(np.array([3.0, 1.0, 5.0]), ["b", "a", "b"]).tolist() == [4.0, 1.0]


@pytest.mark.parametrize(("values", "users"), [([1.0], []), ([], []), ([1.0, 2.0], ["a"])])
def test_means_of_nothing_or_of_other_lengths_are_refused(values, users):
    with pytest.raises(ValueError, match="at least one"):
        means(np.array(values), users)
