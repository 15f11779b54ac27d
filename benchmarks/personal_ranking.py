"""Does personal ranking help people with a style, and does it leave the others alone?

    python -m benchmarks.personal_ranking DATASET [--out docs/style-preference.md]

DATASET is a dataset folder with train.csv, valid.csv, test.csv, stickers.jsonl (with `set`) and images. Everything is
learnt from train; alpha, gate and k are chosen on valid; test is looked at once, for the table. Takes some minutes,
nearly all of it reading the words drawn on the stickers (`--no-ocr` leaves that out).
"""

from __future__ import annotations

import argparse
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.groups import COLD, Groups, group_people
from benchmarks.style_data import (
    Dataset,
    Pair,
    choices,
    colour_histograms,
    frames_of,
    pairs,
    read_dataset,
    read_words,
    recall_all,
    style_vectors,
    utility_of,
)
from persrv.domain.candidates import RecalledStickers
from persrv.evaluation.means import means
from persrv.evaluation.metrics import hit_ranks, multi_mrr
from persrv.evaluation.paired import bootstrap_by_user, paired_t_test
from persrv.preference.preference import literal_preference, preference
from persrv.preference.profile import MAX_STYLES, StyleProfile, fit_profile
from persrv.preference.share import StyleField, style_field, style_gate, style_share
from persrv.ranking.personal import RankingWeights, rank_by_factor, rank_personally
from persrv.utility.weights import UtilityWeights

SPACE = "benchmark"
K = 20
SEED = 7
ALPHAS = (0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
GATES = (None, 1.0)
STRENGTHS = (0.5, 1.0, 1.5, 2.0, 3.0)

Liked = Mapping[str, NDArray[np.float64]]
"""User -> preference of every sticker of the catalogue, shape (stickers,)."""
Ranker = Callable[[Pair], Sequence[int]]


INTRODUCTION = """# Style preference: what personal ranking gains

Written by `python -m benchmarks.personal_ranking DATASET --out docs/style-preference.md`; do not edit.

M-MRR@{k} on the test part, mean over each user's queries, then over users. Recall is the product's own index over train
queries, emoji (where said) and the words drawn on the stickers ({words} by the default OCR engine), plus utility; R =
100; no pack names anywhere. Style space: {space}.
All is learnt from train; settings marked "tuned" are chosen on valid. So was the default: its form (each style by its
share, or the nearest alone; k 1, 3, 5) and its alpha (4, 8, 16). No setting was chosen by its figure here.

In brackets: the gain over the recall order; in how wide a range it lies when users are drawn anew (95 of 100
bootstrap draws); p of a paired t-test on the pairs. People with a style: those whose train clicks spread over the packs
otherwise than chance would (chi-square, p below .01); cold: fewer than {cold} train clicks. Only this grouping reads
which pack a sticker is in. The emoji field is judged apart, because the queries of this data set were drawn from
tables of emoji words.

The people of the data set are simulated: compare the rows, do not quote a gain as that of the product.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A system's M-MRR@20 on the test pairs."""

    name: str
    settings: str
    values: NDArray[np.float64]


def groups_of(dataset: Dataset) -> Groups:
    """By the train clicks."""
    chosen: dict[str, Counter[str]] = defaultdict(Counter)
    for click in dataset.train:
        chosen[click.user][dataset.sets[click.sticker]] += 1
    return group_people(chosen, Counter(dataset.sets))


class Experiment:
    """One way of recall, and the rankings on top of it."""

    def __init__(
        self, dataset: Dataset, words: Sequence[str], *, emoji: bool, utility: UtilityWeights | None = None
    ) -> None:
        self.dataset = dataset
        self.valid, self.test = pairs(dataset.valid), pairs(dataset.test)
        self.chosen = choices(dataset.train)
        self.recalled: Mapping[str, RecalledStickers] = recall_all(
            dataset,
            [pair.query for pair in (*self.valid, *self.test)],
            words=words,
            emoji=emoji,
            utility=utility_of(dataset, utility or UtilityWeights()),
        )

    def rows(self, query: str) -> NDArray[np.int64]:
        """What recall found, in its order."""
        return self.recalled[query].ids

    def recall_order(self, pair: Pair) -> Sequence[int]:
        """The ranking of a person whom nobody knows."""
        order: list[int] = self.rows(pair.query).tolist()
        return order

    def by_preference(self, liked: Liked, alpha: float) -> Ranker:
        """Equation 10."""
        nothing = np.zeros(len(self.dataset.docids))

        def rank(pair: Pair) -> Sequence[int]:
            of_found = liked.get(pair.user, nothing)[self.rows(pair.query)]
            ranking = rank_personally(self.recalled[pair.query], of_found, alpha=alpha)
            order: list[int] = ranking.found.ids.tolist()
            return order

        return rank

    def by_share(self, shares: Liked, strength: float) -> Ranker:
        """Score = Recall x exp(strength x gated share)."""
        nothing = np.zeros(len(self.dataset.docids))

        def rank(pair: Pair) -> Sequence[int]:
            of_found = shares.get(pair.user, nothing)[self.rows(pair.query)]
            ranking = rank_by_factor(self.recalled[pair.query], of_found, np.exp(strength * of_found))
            order: list[int] = ranking.found.ids.tolist()
            return order

        return rank

    def score(self, split: Sequence[Pair], rank: Ranker) -> NDArray[np.float64]:
        """M-MRR@20 of every pair."""
        return np.array([multi_mrr(hit_ranks(rank(pair), pair.relevant), K) for pair in split])

    def on_valid(self, rank: Ranker) -> float:
        """The mean by user on valid."""
        return means(self.score(self.valid, rank), [pair.user for pair in self.valid]).by_user


def profiles(experiment: Experiment, vectors: NDArray[np.float32], k: int) -> dict[str, StyleProfile | None]:
    """A profile for every user with train clicks."""
    return {
        user: fit_profile(vectors[list(chosen)], np.array(list(chosen.values())), space_id=SPACE, k=k, seed=SEED)
        for user, chosen in experiment.chosen.items()
    }


def tuned(experiment: Experiment, name: str, vectors: NDArray[np.float32], ks: Sequence[int]) -> Row:
    """Equation 9 made exact; k, gate and alpha are the best on valid, the first of equals."""
    best: tuple[float, str, Ranker] | None = None
    for k in ks:
        fitted = profiles(experiment, vectors, k)
        for gate in GATES:
            liked = {user: preference(profile, vectors, space_id=SPACE, gate=gate) for user, profile in fitted.items()}
            for alpha in ALPHAS:
                rank = experiment.by_preference(liked, alpha)
                found = experiment.on_valid(rank)
                if best is None or found > best[0]:
                    best = found, f"k {k}, {'no gate' if gate is None else 'gate'}, alpha {alpha:g}", rank
    if best is None:
        raise ValueError("there is nothing to choose from")
    return Row(name, best[1], experiment.score(experiment.test, best[2]))


def fixed(experiment: Experiment, name: str, vectors: NDArray[np.float32], *, literal: bool) -> Row:
    """The authors' settings, without tuning: k 5, alpha 0.3, and either equation 9 to the letter or the gate."""
    fitted = profiles(experiment, vectors, 5)
    liked = {
        user: literal_preference(profile, vectors, space_id=SPACE)
        if literal
        else preference(profile, vectors, space_id=SPACE, gate=1.0)
        for user, profile in fitted.items()
    }
    settings = "k 5, no gate, alpha 0.3" if literal else "k 5, gate, alpha 0.3"
    return Row(name, settings, experiment.score(experiment.test, experiment.by_preference(liked, 0.3)))


def served(experiment: Experiment, name: str, vectors: NDArray[np.float32], *, gated: bool = False) -> Row:
    """The defaults of `RankingWeights`; perhaps with alpha times each person's own gate."""
    weights = RankingWeights()
    gates = person_gates(experiment, style_field(vectors, space_id=SPACE, seed=SEED), gated=gated)
    liked = {
        user: gates[user] * preference(profile, vectors, space_id=SPACE, gate=weights.gate, nearest=weights.nearest)
        for user, profile in profiles(experiment, vectors, MAX_STYLES).items()
    }
    gate = "no gate" if weights.gate is None else f"gate {weights.gate:g}"
    form = "nearest" if weights.nearest else "by share"
    settings = f"k {MAX_STYLES}, {form}, {gate}, alpha {weights.alpha:g}"
    return Row(name, settings, experiment.score(experiment.test, experiment.by_preference(liked, weights.alpha)))


def person_gates(experiment: Experiment, field: StyleField, *, gated: bool) -> dict[str, float]:
    """How sure we are of each person's style, or 1 for everybody."""
    return {
        user: style_gate(field, np.array(sorted(chosen))) if gated else 1.0
        for user, chosen in experiment.chosen.items()
    }


def shares(experiment: Experiment, name: str, vectors: NDArray[np.float32], *, gated: bool) -> Row:
    """How much of a style a person picks; the strength is the best on valid."""
    field = style_field(vectors, space_id=SPACE, seed=SEED)
    everything = np.arange(len(vectors), dtype=np.int64)
    gates = person_gates(experiment, field, gated=gated)
    of_users = {
        user: gates[user] * style_share(field, everything, np.array(list(chosen)), np.array(list(chosen.values())))
        for user, chosen in experiment.chosen.items()
    }
    rankers = [(strength, experiment.by_share(of_users, strength)) for strength in STRENGTHS]
    strength, rank = max(rankers, key=lambda choice: experiment.on_valid(choice[1]))
    return Row(name, f"strength {strength:g}", experiment.score(experiment.test, rank))


def table(experiment: Experiment, rows: Sequence[Row], groups: Groups) -> Iterator[str]:
    """Markdown: each system's figures, and what changed against the first row."""
    users = [pair.user for pair in experiment.test]
    yield "| ranking | settings | all | with a style | without | cold |"
    yield "|---|---|---|---|---|---|"
    parts = [frozenset(users), groups.with_style, groups.without, groups.cold]
    for row in rows:
        figures = []
        for part in parts:
            inside = np.array([user in part for user in users])
            mine = [user for user in users if user in part]
            values, base = row.values[inside], rows[0].values[inside]
            text = f"{means(values, mine).by_user:.3f}"
            if row is not rows[0]:
                test = paired_t_test(values, base)
                interval = bootstrap_by_user(values, base, mine, seed=SEED)
                gain = means(values, mine).by_user - means(base, mine).by_user
                text += f" ({gain:+.3f}; {interval.low:+.3f} to {interval.high:+.3f}; p {shown_p(test.p)})"
            figures.append(text)
        yield f"| {row.name} | {row.settings} | {' | '.join(figures)} |"


def utility_table(dataset: Dataset, words: Sequence[str]) -> Iterator[str]:
    """Markdown: the recall order on valid under weights of utility, the same for its three counts."""
    yield "### Utility in recall (valid, recall order, without the emoji field)"
    yield ""
    yield "| weight of each count | M-MRR@20 |"
    yield "|---|---|"
    for weight in (0.0, 0.3, 1.0, 3.0, 10.0):
        experiment = Experiment(dataset, words, emoji=False, utility=UtilityWeights(weight, weight, weight))
        yield f"| {weight:g} | {experiment.on_valid(experiment.recall_order):.3f} |"


def user_table(experiment: Experiment, base: Row, row: Row, groups: Groups) -> Iterator[str]:
    """Markdown: every user's gain, with a paired test of their own."""
    users = np.array([pair.user for pair in experiment.test])
    group_of = {user: name for name in ("with_style", "without", "cold") for user in getattr(groups, name)}
    names = {"with_style": "with a style", "without": "without", "cold": "cold"}
    yield "| user | group | train clicks | recall order | personal | gain | p | win/tie/loss |"
    yield "|---|---|---|---|---|---|---|---|"
    for user in sorted(group_of, key=lambda user: (group_of[user] != "with_style", group_of[user] == "cold", user)):
        mine = users == user
        test = paired_t_test(row.values[mine], base.values[mine])
        clicks = experiment.chosen[user].total()
        yield (
            f"| {user} | {names[group_of[user]]} | {clicks} | {base.values[mine].mean():.3f} "
            f"| {row.values[mine].mean():.3f} | {test.difference:+.3f} | {shown_p(test.p)} "
            f"| {test.wins}/{test.ties}/{test.losses} |"
        )


def shown_p(p: float) -> str:
    """A probability in few characters."""
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0")


def main() -> None:
    """Run it, print the report, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--no-ocr", action="store_true", help="leave out the words drawn on the stickers")
    asked = parser.parse_args()
    started = time.monotonic()
    dataset = read_dataset(asked.dataset)
    pictures = frames_of(dataset, 320)
    words = [""] * len(pictures) if asked.no_ocr else read_words(pictures)
    space, vectors = style_vectors(pictures)
    histograms = colour_histograms(pictures)
    groups = groups_of(dataset)
    text = [INTRODUCTION.format(space=space, k=K, cold=COLD, words="left out" if asked.no_ocr else "read")]
    for emoji in (False, True):
        experiment = Experiment(dataset, words, emoji=emoji)
        base = Row("recall order", "", experiment.score(experiment.test, experiment.recall_order))
        default = served(experiment, "**styles by share: the default**", vectors)
        rows = [
            base,
            fixed(experiment, "the paper to the letter: distance", vectors, literal=True),
            fixed(experiment, "the authors' code: cosine, gate", vectors, literal=False),
            default,
            tuned(experiment, "equation 9 made exact: nearest style, k 5, tuned", vectors, (5,)),
            tuned(experiment, "nearest style, k tuned too", vectors, (1, 2, 3, 5)),
            tuned(experiment, "the same on raw colour histograms", histograms, (1, 2, 3, 5)),
            served(experiment, "the default, a gate for each person", vectors, gated=True),
            shares(experiment, "share of a style", vectors, gated=False),
            shares(experiment, "share of a style, a gate for each person", vectors, gated=True),
        ]
        text += [f"## Recall {'with' if emoji else 'without'} the emoji field", ""]
        text += [*table(experiment, rows, groups), ""]
        if not emoji:
            text += [*utility_table(dataset, words), ""]
            text += ["### Person by person: the recall order and the default", ""]
            text += [*user_table(experiment, base, default, groups), ""]
    minutes = (time.monotonic() - started) / 60
    text += [f"Seed {SEED}, Python {platform.python_version()}, {platform.machine()}, {minutes:.1f} minutes."]
    report = "\n".join(text) + "\n"
    print(report)
    if asked.out is not None:
        asked.out.write_text(report, "utf-8")


if __name__ == "__main__":
    main()
