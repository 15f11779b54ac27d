"""The parts of persrv-plus brought together, and diffusion over them.

    mix(s)  = lexical x W(s) + meaning x M(s) + texts x T(s) + memory x m(s)
    base(s) = ((mix(s) / best mix)^2 + choices x clicks(q, s)) / (1 + choices x clicks(q))
    t(s)    = (base(s) + diffusion x sum over n of alike(s, n) base(n)) / (1 + diffusion x sum over n of alike(s, n))

W is the paper's recall (equation 6) relative to the best sticker's; M, T (`persrv.recall.meaning`), m
(`persrv.recall.memory`) and alike (`persrv.recall.alike`) say themselves where they are from.

The mix is what to expect for a query that nobody asked; squared, since what is found by much is more likely than
what is found by a little is in proportion. Each choice for this very query then speaks against it (a Dirichlet prior,
as language models smooth theirs: Zhai and Lafferty, SIGIR 2001): a query that was chosen for once is still a guess,
one that was chosen for a hundred times is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from persrv.domain.candidates import CHOICES, MIXED, NOTHING, PARTS, Found, Pool, RecalledStickers
from persrv.recall.diffusion import Lending, diffuse
from persrv.recall.rows import distinct

LEXICAL: Final = 300
"""Stickers that words bring in, or as many as a ranking has where that is more."""
TEXTS: Final = 200
"""Stickers' own texts that are looked at by meaning."""
OWN_TEXTS: Final = 2_000
"""The same where only own packs count: most are somebody else's."""


def from_words(recall_size: int) -> int:
    """How many stickers words are to bring in.

    :param recall_size: R, the stickers of a ranking.
    """
    return max(LEXICAL, recall_size)


def relative_to_best(recalled: RecalledStickers) -> Found:
    """W: what words found, with utility, relative to the best."""
    scores = recalled.scores
    best = scores.max(initial=0.0)
    if best <= 0:
        return NOTHING
    order = np.argsort(recalled.ids)
    return recalled.ids[order], scores[order] / best


def best_of_readings(readings: Sequence[tuple[float, Mapping[str, Found]]]) -> dict[str, Found]:
    """What several readings of a query found, as if it was one: of each part a sticker has its best.

    :param readings: How much each reading counts, above 0 to 1, and what it found by part.
    """
    names = dict.fromkeys(name for _, found in readings for name in found)
    return {name: _best([(weight, found[name]) for weight, found in readings if name in found]) for name in names}


def _best(parts: Sequence[tuple[float, Found]]) -> Found:
    if len(parts) == 1:
        weight, (ids, scores) = parts[0]
        return ids, weight * scores
    ids = distinct(np.concatenate([some for _, (some, _) in parts]))
    best = np.zeros(len(ids))
    for weight, (some, scores) in parts:
        places = np.searchsorted(ids, some)
        best[places] = np.maximum(best[places], weight * scores)
    return ids, best


def pool(
    found: Mapping[str, Found],
    lent: Lending | None,
    shares: Mapping[str, float],
    *,
    choices: float,
    diffusion: float,
) -> Pool:
    """Bring the parts together and let diffusion lend.

    :param found: Of each of `PARTS` what it found; a part that is missing found nothing.
    :param lent: Who lends to whom; None: nobody lends.
    :param shares: Weight of each of `MIXED`, at least 0; a part without weight brings nobody in.
    :param choices: What one choice for this very query counts, beside 1 for the best of the mix; at least 0.
    :param diffusion: Its weight, at least 0.
    """
    weights = {**shares, CHOICES: choices}
    used = {name: found.get(name, NOTHING) for name in PARTS if weights[name] > 0}
    ids = distinct(np.concatenate([each[0] for each in used.values()] or [NOTHING[0]]))
    parts = np.zeros((len(PARTS), len(ids))).T  # part by part in memory, as it is written and added up
    for name, (some, scores) in used.items():
        parts[np.searchsorted(ids, some), PARTS.index(name)] = weights[name] * scores
    mix = parts[:, : len(MIXED)].sum(axis=1)
    if (best := mix.max(initial=0.0)) > 0:
        parts[:, : len(MIXED)] *= (mix / best**2)[:, None]
    parts /= 1.0 + parts[:, len(MIXED)].sum()
    base = parts.sum(axis=1)
    if lent is None or not diffusion:
        return Pool(ids, parts, np.zeros(len(ids)))
    everybody, own, borrowed = diffuse((ids, base), lent, diffusion)
    places = np.searchsorted(everybody, ids)
    wide = np.zeros((len(PARTS), len(everybody))).T
    wide[places] = parts * own[places, None]
    return Pool(everybody, wide, borrowed)
