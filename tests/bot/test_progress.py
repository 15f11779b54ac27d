"""What a person is told of a set that arrives."""

import pytest

from bot.progress import render
from bot.texts import texts_for
from persrv.catalogue import Outcome, PackProgress
from persrv.domain.stickers import Pack, PackChange, PackKind, PackState

CATS = Pack(1, "Cats_by_test", "Cats", PackKind.REGULAR, PackState.ACTIVE, None, 7, None)


def told(outcome, *, added, read=True, unusable=0):
    change = PackChange(CATS, added=added, changed=0, removed=0, unchanged=3 - added)
    progress = PackProgress(CATS, outcome, done=3, total=3, unusable=unusable, change=change)
    return render(progress, texts_for("en"), "persrv_bot", read=read)


@pytest.mark.parametrize("outcome", [Outcome.ADDED, Outcome.REFRESHED])
def test_of_new_stickers_it_says_that_their_words_are_still_to_be_read(outcome):
    assert "in a few minutes by the words on them too" in told(outcome, added=3)


@pytest.mark.parametrize(
    "arrived",
    [
        {"outcome": Outcome.FETCHING, "added": 3},
        {"outcome": Outcome.UNCHANGED, "added": 0},
        {"outcome": Outcome.ADDED, "added": 3, "read": False},  # PERSRV_OCR_ENGINE=none
        {"outcome": Outcome.ADDED, "added": 3, "unusable": 3},
    ],
)
def test_it_does_not_where_nothing_will_be_read(arrived):
    assert "minutes" not in told(**arrived)
