"""What recall learnt, as arrays and back."""

import numpy as np
from scipy import sparse

from persrv.adapters.artefacts import FolderArtefactStore
from persrv.recall.diffusion import lending_of
from persrv.recall.learning import LearntRecall
from persrv.recall.meaning import OwnTexts, PastQueries, chosen_for
from persrv.recall.nearest import ExactNearest
from persrv.suggest.recall_arrays import learnt_stages, recall_arrays
from persrv.text.keys import text_keys

NO_INDEX = np.empty(0, dtype=np.uint8)


def learnt():
    """Three queries, three texts, and five stickers that lend to each other."""
    rng = np.random.default_rng(1)
    keys, vectors = np.sort(text_keys(["cat", "dog", "fish"])), np.eye(3, dtype=np.float32)
    alike = sparse.csr_array(sparse.random(5, 5, 0.5, random_state=2, dtype=np.float32))
    return LearntRecall(
        PastQueries(keys, ExactNearest(vectors), chosen_for(rng.integers(3, size=9), rng.integers(5, size=9), (3, 5))),
        OwnTexts(ExactNearest(vectors), np.array([0, 1, 2, 3]), np.array([0, 1, 2])),
        lending_of(alike),
        vectors,
        keys,
        vectors,
    )


def reopened(tmp_path, made):
    store = FolderArtefactStore(tmp_path)
    store.publish(*recall_arrays(made, "an encoder", NO_INDEX, NO_INDEX))
    artefacts = FolderArtefactStore(tmp_path).current()
    return artefacts, learnt_stages(artefacts, lambda vectors, _: ExactNearest(vectors))


def test_tables_come_back_as_they_were(tmp_path):
    made = learnt()
    _, stages = reopened(tmp_path, made)
    assert (stages.lent.table != made.lent.table).nnz == 0
    assert (stages.past.clicks != made.past.clicks).nnz == 0


def test_tables_are_read_where_they_lie_in_their_files(tmp_path):
    artefacts, stages = reopened(tmp_path, learnt())
    for name, table in (("lent", stages.lent.table), ("clicks", stages.past.clicks)):
        assert np.shares_memory(table.indices, artefacts.arrays[f"{name}_columns"])
        assert np.shares_memory(table.data, artefacts.arrays[f"{name}_data"])
