"""What own packs do to scores."""

from __future__ import annotations

import numpy as np

from persrv.domain.own_packs import OwnStickers, OwnWanted

OWN = OwnStickers(np.array([7, 2]))
ASKED = np.array([0, 2, 7, 900])


def test_own_stickers_count_more_where_they_are_preferred_and_alike_where_nothing_else_is_shown():
    assert OwnWanted(OWN, only=False).factors(ASKED, 0.5).tolist() == [1, 1.5, 1.5, 1]
    assert OwnWanted(OWN, only=True).factors(ASKED, 0.5).tolist() == [1, 1, 1, 1]
    assert OwnWanted(OwnStickers(), only=False).factors(ASKED, 0.5).tolist() == [1, 1, 1, 1]
