"""What the nightly jobs computed, as the bot serves it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from persrv.errors import ArtefactsDamaged
from persrv.ports.artefacts import Artefacts, ArtefactStore
from persrv.preference.directions import has_style
from persrv.preference.share import StyleField
from persrv.recall.vocabulary import Vocabulary
from persrv.suggest.recall_arrays import WORDS_ID, LearntStages, OpenNearest, learnt_stages, learnt_words
from persrv.utility.table import UtilityTable

_log = logging.getLogger(__name__)

VECTORS, UTILITY = "vectors", "utility"
"""Names of arrays: embeddings in the serving space, float16; weighted utility, float32; both one row a sticker."""
POOLED, DENSITY, SCALE = "pooled", "density", "scale"
"""Names of two arrays and a note: `persrv.preference.share.StyleField`, embeddings pooled over sets, float16."""
SPACE_ID, UNCLICKED, CHOICES = "space_id", "unclicked", "choices"
"""Names of notes: the space of the vectors; the utility of a sticker newer than the array; the last choice that the
profiles know of (`ChoiceLog.latest`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Serving:
    """One generation, whole. Sticker ids are row numbers; a sticker newer than an array is neutral in it.

    :param space_id: The space of `vectors`, "" where nothing was embedded yet.
    :param vectors: Unit vectors, all zero for a sticker without a style, float16, shape (stickers, dimensions).
    :param utility: Of every sticker, and of one without a click.
    :param choices: The last choice that the profiles in this space know of.
    :param style: How dense the styles of the catalogue are; None where nothing was embedded yet.
    :param learnt: Recall beyond words; None where nothing was learnt yet.
    :param words: Which words `vocabulary` is made of.
    :param vocabulary: What people may have meant; None where nothing was learnt yet.
    :param aside: What of the generation cannot be used, and why, a sentence each.
    """

    generation: str = ""
    space_id: str = ""
    vectors: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, 1), dtype=np.float16))
    utility: UtilityTable = field(default_factory=UtilityTable)
    choices: int = 0
    style: StyleField | None = None
    learnt: LearntStages | None = None
    words: str = ""
    vocabulary: Vocabulary | None = None
    aside: tuple[str, ...] = ()

    def vectors_of(self, sticker_ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Embeddings of stickers, all zero where there is none, float32, shape (n, dimensions)."""
        known = (sticker_ids >= 0) & (sticker_ids < len(self.vectors))
        found = np.zeros((len(sticker_ids), self.vectors.shape[1]), dtype=np.float32)
        found[known] = self.vectors[sticker_ids[known]]
        return found


def serving_of(artefacts: Artefacts, open_nearest: OpenNearest, last: Serving | None = None) -> Serving:
    """Read a generation.

    What was learnt of meaning and does not fit together steps aside, and everything else serves.

    :param last: What serves now: of the same words the vocabulary is taken over, since to make one takes seconds.
    :raises ArtefactsDamaged: an array is of another shape than this version wants.
    """
    # Plain arrays: the subclass that numpy maps files into costs microseconds at every look.
    arrays: dict[str, NDArray[Any]] = {
        name: np.asarray(array).view(np.ndarray) for name, array in artefacts.arrays.items()
    }
    artefacts = replace(artefacts, arrays=arrays)
    vectors, values = arrays.get(VECTORS, Serving().vectors), arrays.get(UTILITY, np.zeros(0, dtype=np.float32))
    if vectors.ndim != 2 or vectors.dtype != np.float16 or values.ndim != 1 or values.dtype != np.float32:
        raise ArtefactsDamaged(
            f"Generation {artefacts.generation} was made by another version; `persrv job nightly` computes it anew."
        )
    aside: list[str] = []
    return Serving(
        generation=artefacts.generation,
        space_id=str(artefacts.notes.get(SPACE_ID, "")),
        vectors=vectors,
        utility=UtilityTable(values, float(artefacts.notes.get(UNCLICKED, 0.0))),
        choices=int(artefacts.notes.get(CHOICES, 0)),
        style=_style(artefacts),
        learnt=_learnt(artefacts, open_nearest, aside),
        words=str(artefacts.notes.get(WORDS_ID, "")),
        vocabulary=_vocabulary(artefacts, last, aside),
        aside=tuple(aside),
    )


def _style(artefacts: Artefacts) -> StyleField | None:
    vectors, density = artefacts.arrays.get(POOLED), artefacts.arrays.get(DENSITY)
    scale = float(artefacts.notes.get(SCALE, 0.0))
    if vectors is None or density is None or vectors.ndim != 2 or len(vectors) != len(density) or scale <= 0:
        return None
    known = has_style(vectors)
    return StyleField(str(artefacts.notes.get(SPACE_ID, "")), vectors, known, scale, density)


def _learnt(artefacts: Artefacts, open_nearest: OpenNearest, aside: list[str]) -> LearntStages | None:
    try:
        return learnt_stages(artefacts, open_nearest)
    except ArtefactsDamaged as error:
        _step_aside(f"Recall by meaning steps aside: {error}", aside)
        return None


def _vocabulary(artefacts: Artefacts, last: Serving | None, aside: list[str]) -> Vocabulary | None:
    if last is not None and last.vocabulary is not None and last.words == artefacts.notes.get(WORDS_ID):
        return last.vocabulary
    try:
        words = learnt_words(artefacts)
    except ArtefactsDamaged as error:
        _step_aside(f"Queries are taken as they are typed: {error}", aside)
        return None
    return None if words is None else words.vocabulary()


def _step_aside(what: str, aside: list[str]) -> None:
    _log.warning("%s", what)
    aside.append(what)


class ServingHolder:
    """The newest generation. A reader takes `current` once and uses that throughout: it never changes under it."""

    def __init__(
        self,
        store: ArtefactStore,
        executor: Executor,
        *,
        open_nearest: OpenNearest,
        interval: float = 2.0,
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        """Serve nothing yet.

        :param interval: Seconds between two looks for a newer generation.
        :param settle: Called by the executor when a newer one serves: the last, and what it took to read the newer
            one, were much memory.
        """
        self._store = store
        self._executor = executor
        self._open_nearest = open_nearest
        self._settle = settle
        self._interval = interval
        self._complained = ""
        self.current = Serving()
        self.changed: Callable[[Serving], None] = lambda serving: None
        """Called in the event loop after a newer generation has taken its place."""

    @property
    def aside(self) -> tuple[str, ...]:
        """What of what the nights computed cannot be used now, and why, a sentence each."""
        return (*self.current.aside, *([self._complained] if self._complained else []))

    async def refresh(self) -> bool:
        """Look for a newer generation, apart from the event loop. Return whether there was one.

        A damaged one is left alone, and what serves goes on serving.
        """
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._executor, self._read)
        except ArtefactsDamaged as error:
            if str(error) != self._complained:
                _log.warning("%s", error)
            self._complained = str(error)
            return False
        self._complained = ""
        if found.generation == self.current.generation:
            return False
        self.current = found
        known = found.style.known if found.style is not None else has_style(found.vectors)
        _log.info("generation %s serves: %d stickers have a style", found.generation or "(none)", known.sum())
        self.changed(found)
        await asyncio.get_running_loop().run_in_executor(self._executor, self._settle)
        return True

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            await self.refresh()

    def _read(self) -> Serving:
        artefacts = self._store.current()
        return (
            self.current
            if artefacts.generation == self.current.generation
            else serving_of(artefacts, self._open_nearest, self.current)
        )
