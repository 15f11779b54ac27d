"""Batches that shrink when memory runs out."""

import pytest

from persrv.adapters.caption.shrinking import ShrinkingBatches


def batches(run, size, fall_back=lambda: False):
    return ShrinkingBatches(
        run,
        out_of_memory=lambda error: isinstance(error, MemoryError),
        fall_back=fall_back,
        give_up=lambda error: "lost",
        size=size,
    )


def fits(limit, sizes):
    def run(items):
        sizes.append(len(items))
        if len(items) > limit:
            raise MemoryError
        return [item * 10 for item in items]

    return run


def test_a_batch_that_does_not_fit_is_halved_and_nothing_is_done_twice():
    sizes = []
    work = batches(fits(2, sizes), 8)
    assert work.over(range(7)) == [0, 10, 20, 30, 40, 50, 60]
    assert sizes == [7, 3, 1, 1, 1, 1, 1, 1, 1]


def test_the_size_that_fitted_is_remembered():
    sizes = []
    work = batches(fits(4, sizes), 8)
    work.over(range(8))
    sizes.clear()
    work.over(range(8))
    assert sizes == [4, 4]


def test_one_item_that_does_not_fit_moves_to_where_there_is_more_memory():
    room = [0]

    def run(items):
        if len(items) > room[0]:
            raise MemoryError
        return list(items)

    def fall_back():
        room[0] = 1
        return True

    assert batches(run, 4, fall_back).over("abc") == ["a", "b", "c"]


def test_an_item_that_fits_nowhere_is_lost_alone():
    def run(items):
        if "big" in items:
            raise MemoryError
        return list(items)

    assert batches(run, 2).over(["a", "big", "b"]) == ["a", "lost", "b"]


def test_other_errors_pass_through():
    def run(items):
        raise KeyError("x")

    with pytest.raises(KeyError):
        batches(run, 2).over([1])
