"""How much of a style a person picks, and how sure we are that they have one.

Not in the paper. Its nearest centroid (equation 9) cannot tell a style that a person picks nine times of ten from
one that they picked once. This asks how dense the person's choices are around a sticker, and how dense the
catalogue is there (FACTS, "Style preference", points 4 and 5):

    K(s, c)    = exp(-|s - c|^2 / (WIDTH x median of |s - c|^2 over the catalogue))
    k(s)       = mean of K(s, c) over the catalogue
    share_u(s) = log((sum over choices c of K(s, c) + DOUBT x k(s)) / ((choices + DOUBT) x k(s)))

0 says "as much as anybody", above 0 "more than that". Ranking multiplies recall by exp(strength x gate x share).

The gate is how likely it is that this person has a style at all, by Bayes' rule: PRIOR is what is believed before,
and the evidence is how much better their choices are foretold by their other choices than by the catalogue:

    gate_u     = 1 / (1 + exp(-sum over distinct choices of their share by all the others) x (1 - PRIOR) / PRIOR)

So some few choices neither prove nor disprove a style, and one whose hundreds of choices say otherwise keeps the
recall order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors

WIDTH = 0.2
"""The kernel's width, as a share of the catalogue's median squared distance (FACTS)."""
DOUBT = 2.0
"""Choices of nobody in particular that every person is given before their own (FACTS)."""
PRIOR = 0.5
"""How likely a person whom nobody knows is to have a style: as likely as not. Ours: all up to .95 rank as well for
everybody together on valid; of them it is this one that costs those without a style least."""
MOST_EVIDENCE = 50.0
"""Nats beyond which it is certain: keeps the exponential finite."""
_SAMPLE = 2_000
"""Stickers that the median distance and the catalogue's density are estimated from."""
_AT_ONCE = 4_096
"""Rows of the catalogue that are compared at once: bounds the memory to some tens of megabytes."""


@dataclass(frozen=True, slots=True, eq=False)
class StyleField:
    """A catalogue's embeddings, and how dense they are.

    :param space_id: The embedding space.
    :param vectors: Unit vectors, all zero where a sticker has no style, shape (stickers, dimensions).
    :param known: Which stickers have a style, shape (stickers,).
    :param scale: WIDTH x the median squared distance: what squared distances are divided by. Above 0.
    :param density: k(s), in (0, 1], float64, shape (stickers,).
    """

    space_id: str
    vectors: NDArray[np.floating]
    known: NDArray[np.bool_]
    scale: float
    density: NDArray[np.float64]


def style_field(vectors: NDArray[np.floating], *, space_id: str, seed: int = 0) -> StyleField:
    """Measure a catalogue, once a night; median and density from a seeded sample of it.

    :param vectors: Shape (stickers, dimensions).
    """
    known = has_style(vectors)
    unit = unit_vectors(vectors).astype(np.float32)
    rows = np.flatnonzero(known)
    sample = np.random.default_rng(seed).permutation(rows)[:_SAMPLE]
    points = unit[np.sort(sample)].astype(np.float64)
    distances = _squared(points, points)[np.triu_indices(len(points), 1)]
    scale = WIDTH * float(np.median(distances)) if len(distances) else 0.0
    scale = scale if scale > 0 else 1.0  # all the same: every distance is 0, and any scale will do
    density = np.ones(len(unit), dtype=np.float64)
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        density[some] = np.exp(-_squared(unit[some].astype(np.float64), points) / scale).mean(axis=1)
    # A sticker far from every sampled one would have the density 0, by which nothing can be divided.
    return StyleField(space_id, unit, known, scale, np.maximum(density, 1.0 / max(1, len(rows))))


def style_share(
    field: StyleField, stickers: NDArray[np.int64], choices: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How much more of a sticker's style the person picks than the catalogue has of it.

    :param stickers: Rows of the field to judge, shape (n,).
    :param choices: Rows of the distinct stickers that the person chose, shape (m,), perhaps none.
    :param counts: How often each, at least 1, shape (m,).
    :return: In nats, 0 for a sticker or a person without a style, float64, shape (n,).
    """
    usable = field.known[choices]
    choices, counts = choices[usable], counts[usable].astype(np.float64)
    judged = field.known[stickers]
    share = np.zeros(len(stickers), dtype=np.float64)
    if len(choices) and judged.any():
        rows = stickers[judged]
        near = _kernel(field, rows, choices) @ counts
        density = field.density[rows]
        share[judged] = np.log((near + DOUBT * density) / ((counts.sum() + DOUBT) * density))
    return share


def style_gate(field: StyleField, choices: NDArray[np.int64], counts: NDArray[np.int64]) -> float:
    """How likely it is that a person has a style, from 0 to 1.

    Every distinct sticker is held out in turn, with all its repeats, and foretold by the others: its `style_share` is
    the gain in log-likelihood over a person who picks like the catalogue, and these gains together are the evidence
    (Besag's pseudo-likelihood, in the place of the likelihood). With fewer than two there is none.

    :param choices: As `style_share` takes them, shape (m,).
    :param counts: As `style_share` takes them, shape (m,).
    """
    usable = field.known[choices]
    choices, counts = choices[usable], counts[usable].astype(np.float64)
    if len(choices) < 2:
        return PRIOR
    kernel = _kernel(field, choices, choices)
    near = kernel @ counts - np.diag(kernel) * counts
    others = counts.sum() - counts
    density = field.density[choices]
    gains = np.log((near + DOUBT * density) / ((others + DOUBT) * density))
    evidence = float(np.clip(gains.sum(), -MOST_EVIDENCE, MOST_EVIDENCE))
    return 1.0 / (1.0 + math.exp(-evidence) * (1.0 - PRIOR) / PRIOR)


def _kernel(field: StyleField, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """K between two lists of rows, shape (rows, columns)."""
    distances = _squared(field.vectors[rows].astype(np.float64), field.vectors[columns].astype(np.float64))
    return np.asarray(np.exp(-distances / field.scale))


def _squared(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances between unit vectors, shape (one, other), from 0 to 4."""
    return np.asarray(np.clip(2.0 - 2.0 * (one @ other.T), 0.0, 4.0))
