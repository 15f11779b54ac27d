from __future__ import annotations

import pytest

from persrv.adapters.baselines import SrsSizes, SrsTraining
from persrv.errors import ConfigurationError


def test_the_usual_sizes_give_six_by_six_patches():
    assert SrsSizes().patches == 36


def test_every_mistake_in_sizes_is_told_at_once():
    with pytest.raises(ConfigurationError) as raised:
        SrsSizes(side=90, channels=10, dimensions=30, heads=4, layers=0)
    message = str(raised.value)
    assert all(name in message for name in ("side", "channels", "dimensions", "layers"))


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"rate": 0.0}, {"forget": 1.0}, {"margin": -1.0}, {"batch": 0}])
def test_training_that_cannot_be_is_refused(wrong):
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        SrsTraining(**wrong)
