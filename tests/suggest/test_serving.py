"""Which generation serves."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from persrv.adapters.artefacts import FolderArtefactStore
from persrv.recall.nearest import ExactNearest
from persrv.suggest import ServingHolder
from persrv.suggest.serving import UTILITY


async def test_memory_is_settled_once_a_newer_generation_serves_and_not_without_one(tmp_path):
    store, served = FolderArtefactStore(tmp_path), []
    with ThreadPoolExecutor(1) as executor:
        holder = ServingHolder(
            store,
            executor,
            open_nearest=lambda vectors, _: ExactNearest(vectors),
            settle=lambda: served.append(holder.current.generation),
        )
        assert not await holder.refresh()
        for _ in range(2):
            store.publish({UTILITY: np.zeros(3, dtype=np.float32)}, {})
            assert await holder.refresh()
            assert not await holder.refresh()
    assert served == ["g00000001", "g00000002"]
