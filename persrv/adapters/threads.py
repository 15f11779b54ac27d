"""How many threads the mathematical libraries may take for one product of matrices."""

from __future__ import annotations

from threadpoolctl import threadpool_limits


def one_thread_a_product() -> None:
    """One, from now on, in the whole process, of the libraries that are loaded.

    A query's products are small: two threads that wait for each other on processors that others use as well take
    three times as long as one (benchmarks/results/path-2000.md), and take turns from the event loop.
    """
    threadpool_limits(1)
