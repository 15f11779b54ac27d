"""How much of a style a person picks, and how sure we are that they have one.

Not in the paper. Its nearest centroid (equation 9) cannot tell a style that a person picks nine times of ten from
one that they picked once. This asks how dense the person's choices are around a sticker, and how dense the
catalogue is there:

    K(s, c)    = exp(-|s - c|^2 / (WIDTH x median of |s - c|^2 over the catalogue))
    k(s)       = mean of K(s, c) over the catalogue
    share_u(s) = log((sum over choices c of K(s, c) + DOUBT x k(s)) / ((choices + DOUBT) x k(s)))

0 says "as much as anybody", above 0 "more than that". Ranking multiplies recall by exp(strength x gate x share).

The gate is how likely it is that this person has a style at all, by Bayes' rule: PRIOR is what is believed before,
and the evidence is how much better each sticker of theirs is foretold by those before it than by the catalogue:

    gain(i)    = log((sum over choices c before i of K(i, c) + MILD x k(i)) / ((choices before i + MILD) x k(i)))
    evidence_u = sum over their distinct stickers i of gain(i), in some order; the mean of it and of the reverse
    odds_u     = exp(evidence_u) x PRIOR / (1 - PRIOR)
    gate_u     = odds_u / (1 + odds_u), or 0 where 1 / odds_u is AGAINST or more

The evidence is a Bayes factor (prequential: Dawid, JRSS A 1984). Foretelling each by *all* the others would not do:
that says as little against a style after a thousand choices as after thirty (as cross-validation does: Shao, JASA
1993), while this goes on falling with the logarithm of the choices. Repeats count for nothing in it: who likes a style
has soon chosen what there is of it, and then chooses that again.

So some few choices neither prove nor disprove a style, and from ten to one against it on a person has the recall order,
exactly. A sliver of a gate would not do: it moves what recall holds for equal, and that as chance will.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors

WIDTH = 0.2
"""The kernel's width, as a share of the catalogue's median squared distance. Ours: tuned on a validation part."""
DOUBT = 2.0
"""Choices of nobody in particular that every person is given before their own. Ours: tuned on a validation part."""
PRIOR = 0.5
"""How likely a person whom nobody knows is to have a style: as likely as not. Ours: on valid and earlier cuts of the
live log .35 to .8 rank as well; .95 costs people without a style, .2 those with few choices."""
MILD = 10.0
"""Choices of nobody in particular in the gate: more than DOUBT, since a mild style is a style too. Ours: with 2 to 20
people with and without a style are as far apart, on earlier cuts of the live log and new splits of train; with 10
AGAINST is in the middle between them."""
AGAINST = 10.0
"""To one, odds from which on a person has no style: strong evidence in Jeffreys' words (Theory of Probability, 1961,
appendix B)."""
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
        share[judged] = _gain(near, counts.sum(), field.density[rows], DOUBT)
    return share


def style_gate(field: StyleField, choices: NDArray[np.int64]) -> float:
    """How likely it is that a person has a style, from 0 to 1; 0 where it is `AGAINST` to one that they have none.

    Of fewer than two choices nothing can be foretold, and the gate is `PRIOR`.

    :param choices: Rows of the distinct stickers that the person chose, shape (m,), perhaps none. Another order moves
        the evidence by some tenths of a nat; the reverse, not at all.
    """
    choices = choices[field.known[choices]]
    if len(choices) < 2:
        return PRIOR
    kernel, density = _kernel(field, choices, choices), field.density[choices]
    before = np.arange(len(choices), dtype=np.float64)
    onward = _gain(np.tril(kernel, -1).sum(axis=1), before, density, MILD)
    back = _gain(np.triu(kernel, 1).sum(axis=1), before[::-1], density, MILD)
    return gate_of(float(onward.sum() + back.sum()) / 2.0)


def gate_of(evidence: float) -> float:
    """The gate by what is told for a style; never falls as that rises.

    :param evidence: In nats, finite; below 0 against.
    """
    bounded = min(max(evidence, -MOST_EVIDENCE), MOST_EVIDENCE)
    against = math.exp(-bounded) * (1.0 - PRIOR) / PRIOR
    return 0.0 if against >= AGAINST else 1.0 / (1.0 + against)


def _gain(
    near: NDArray[np.float64], choices: float | NDArray[np.float64], density: NDArray[np.float64], doubt: float
) -> NDArray[np.float64]:
    """How much better stickers are foretold by choices than by the catalogue, in nats, shape (n,).

    :param near: Sum over these choices of K, shape (n,).
    :param choices: How many they are.
    :param density: k, above 0, shape (n,).
    :param doubt: Choices of nobody in particular that are added.
    """
    return np.asarray(np.log((near + doubt * density) / ((choices + doubt) * density)))


def _kernel(field: StyleField, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """K between two lists of rows, shape (rows, columns)."""
    distances = _squared(field.vectors[rows].astype(np.float64), field.vectors[columns].astype(np.float64))
    return np.asarray(np.exp(-distances / field.scale))


def _squared(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances between unit vectors, shape (one, other), from 0 to 4."""
    return np.asarray(np.clip(2.0 - 2.0 * (one @ other.T), 0.0, 4.0))
