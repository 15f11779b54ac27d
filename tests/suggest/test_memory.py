from datetime import UTC, datetime

from persrv.domain.history import Impression
from persrv.suggest import RankingMemory


def impression(number, user=1):
    return Impression(f"{number:016x}", user, "笑", (1, 2), 0, datetime(2026, 1, 1, tzinfo=UTC))


def test_the_ranking_looked_at_longest_ago_goes_first():
    memory = RankingMemory(capacity=2)
    first, second, third = impression(1), impression(2), impression(3)
    memory.keep(first)
    memory.keep(second)
    memory.recall(first.id)
    memory.keep(third)
    assert memory.recall(second.id) is None
    assert memory.recall(first.id) == first
    assert memory.recall(third.id) == third


def test_a_forgotten_person_leaves_nothing_and_others_stay():
    memory = RankingMemory()
    memory.keep(impression(1, user=1))
    memory.keep(impression(2, user=2))
    memory.forget(1)
    assert memory.recall(impression(1).id) is None
    assert memory.recall(impression(2).id) is not None
