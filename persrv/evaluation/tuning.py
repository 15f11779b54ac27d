"""The stepwise grid (paper, section 4.3): one setting after the other, on the validation part alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField
from persrv.evaluation.pairs import Pair
from persrv.evaluation.scoring import MAIN, score
from persrv.evaluation.systems.bm25 import NO_FIELD
from persrv.evaluation.systems.persrv import PerSRV, PerSRVSettings, train_profiles
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.system import Training
from persrv.ports.progress import Progress, silent
from persrv.preference.profile import StyleProfile
from persrv.ranking.personal import RankingWeights
from persrv.utility.weights import UtilityWeights

RELEVANCE_GRID: Final = (0.0, 0.1, 0.3, 0.5, 1.0, 2.0, 4.0)
UTILITY_GRID: Final = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
ALPHA_GRID: Final = (0.0, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
GATE_GRID: Final = (None, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """A setting that was tried, and `MAIN` by user on the validation part with it."""

    value: float | None
    score: float


@dataclass(frozen=True, slots=True)
class TuningStep:
    """One setting's turn.

    :param row: The row of the ablation in which it was tuned: the modules that were switched on.
    :param trials: In the order in which they were tried, the default first.
    :param chosen: The best; of equals the first.
    """

    parameter: str
    row: str
    trials: tuple[Trial, ...]
    chosen: float | None


def tried(
    parameter: str,
    row: str,
    default: float | None,
    grid: Sequence[float | None],
    score: Callable[[float | None], float],
    told: Callable[[int, int], None],
) -> TuningStep:
    """Try the default, then the rest of the grid.

    :param score: `MAIN` by user on the validation part with a value.
    :param told: Hears after each trial how many there were, and of how many.
    """
    values = (default, *(each for each in grid if each != default))
    trials: list[Trial] = []
    for value in values:
        trials.append(Trial(value, score(value)))
        told(len(trials), len(values))
    return TuningStep(parameter, row, tuple(trials), max(trials, key=lambda trial: trial.score).value)


class Tuner:
    """Tries settings on the validation part; recall is kept while only the ranking changes."""

    def __init__(
        self, index: RecallIndex, training: Training, pairs: Sequence[Pair], progress: Progress = silent
    ) -> None:
        self._index = index
        self._training = training
        self._pairs = pairs
        self._progress = progress
        self._recalled: tuple[object, dict[str, RecalledStickers]] = (None, {})
        self._profiles: dict[int, Mapping[str, StyleProfile]] = {}
        self.steps: list[TuningStep] = []

    def score(self, settings: PerSRVSettings) -> float:
        """`MAIN` by user on the validation part."""
        system = PerSRV(self._index, settings)
        system.fit(self._training, self._profiles_of(settings))
        asked = (settings.relevance, settings.utility, settings.recall_size)
        if self._recalled[0] != asked:
            self._recalled = asked, {}
        known = self._recalled[1]
        docids = self._training.stickers.docids
        rankings = []
        for pair in self._pairs:
            if pair.query not in known:
                known[pair.query] = system.recall(pair.query)
            rankings.append([docids[row] for row in system.places(pair.user, known[pair.query])])
        return score(rankings, self._pairs).by_user([MAIN])[MAIN]

    def _profiles_of(self, settings: PerSRVSettings) -> Mapping[str, StyleProfile]:
        """Everybody's styles, fitted once for all weights of the ranking."""
        if settings.ranking is None:
            return {}
        if settings.styles not in self._profiles:
            self._profiles[settings.styles] = train_profiles(self._training, settings.styles)
        return self._profiles[settings.styles]

    def step(
        self,
        parameter: str,
        row: str,
        default: float | None,
        grid: Sequence[float | None],
        settings: Callable[[float | None], PerSRVSettings],
    ) -> PerSRVSettings:
        """Try the default and the grid, keep the best, note the path."""

        def told(*_trials: int) -> None:
            self._progress("tuning on valid", len(self.steps), None)

        step = tried(parameter, row, default, grid, lambda value: self.score(settings(value)), told)
        self.steps.append(step)
        return settings(step.chosen)


def tune(
    index: RecallIndex,
    training: Training,
    valid: Sequence[Pair],
    start: PerSRVSettings,
    progress: Progress = silent,
) -> tuple[PerSRVSettings, tuple[TuningStep, ...]]:
    """Choose the settings module by module, in the order of the ablation.

    Fields that no sticker has, and personal ranking without vectors, are not tuned. OCR's weight stays 1: it is the
    unit of the others.

    :param start: The defaults; what each step keeps when nothing is better.
    """
    tuner = Tuner(index, training, valid, progress)
    has = training.stickers.fields()
    base = start.relevance
    relevance = replace(NO_FIELD, ocr=base.ocr, queries=base.queries)
    settings = replace(start, relevance=relevance, utility=None, ranking=None)
    if SemanticField.OCR in has:
        settings = _field(tuner, settings, "queries", base.queries, "OCR + history")
    settings = replace(settings, relevance=replace(base, queries=settings.relevance.queries))
    for field in (SemanticField.KEYWORDS, SemanticField.DESCRIPTION, SemanticField.EMOTIONS):
        if field in has:
            settings = _field(tuner, settings, field.value, getattr(base, field.value), "+ VLM")
    settings = _utility(tuner, settings, start.utility)
    if training.style is not None and start.ranking is not None:
        settings = _ranking(tuner, settings, start.ranking)
    return settings, tuple(tuner.steps)


def _field(tuner: Tuner, settings: PerSRVSettings, name: str, default: float, row: str) -> PerSRVSettings:
    def with_weight(value: float | None) -> PerSRVSettings:
        return replace(settings, relevance=replace(settings.relevance, **{name: value or 0.0}))

    return tuner.step(f"relevance.{name}", row, default, RELEVANCE_GRID, with_weight)


def _utility(tuner: Tuner, settings: PerSRVSettings, start: UtilityWeights | None) -> PerSRVSettings:
    if start is None:
        return settings

    def scaled(value: float | None) -> PerSRVSettings:
        times = value or 0.0
        weights = replace(
            start, popularity=start.popularity * times, users=start.users * times, queries=start.queries * times
        )
        return replace(settings, utility=weights)

    return tuner.step("utility (times its weights)", "+ utility", 1.0, UTILITY_GRID, scaled)


def _ranking(tuner: Tuner, settings: PerSRVSettings, start: RankingWeights) -> PerSRVSettings:
    settings = replace(settings, ranking=start)

    def with_alpha(value: float | None) -> PerSRVSettings:
        return replace(settings, ranking=replace(start, alpha=value or 0.0))

    settings = tuner.step("ranking.alpha", "+ personalisation", start.alpha, ALPHA_GRID, with_alpha)
    chosen = settings.ranking or start

    def with_gate(value: float | None) -> PerSRVSettings:
        return replace(settings, ranking=replace(chosen, gate=value))

    return tuner.step("ranking.gate", "+ personalisation", start.gate, GATE_GRID, with_gate)
