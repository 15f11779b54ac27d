"""The whole evaluation: tune on valid, fit on train, ask every question of test, compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Final

import numpy as np

from persrv.domain.dataset import Dataset
from persrv.domain.own_packs import OwnPacks
from persrv.errors import PerSRVError
from persrv.evaluation.ablation import CONTRASTED, ablation_plans, plus_plans
from persrv.evaluation.generation import measure_keywords
from persrv.evaluation.pairs import Pair, pairs_of
from persrv.evaluation.plus_tuning import tune_own_packs, tune_plus
from persrv.evaluation.report import AblationRow, Evaluation, Latency, NotRun, Report, SystemResult
from persrv.evaluation.reported import PAPER
from persrv.evaluation.running import Run, run_system
from persrv.evaluation.scoring import OTHER_METRICS, TABLE_METRICS, Scores, score
from persrv.evaluation.significance import BASELINES, FEWEST_PAIRS, best_baseline, compare
from persrv.evaluation.statistics import dataset_statistics
from persrv.evaluation.strata import Strata, by_stratum, strata_of
from persrv.evaluation.systems import System, Training
from persrv.evaluation.systems.bm25 import bm25
from persrv.evaluation.systems.bm25_ocr import bm25_ocr
from persrv.evaluation.systems.global_pop import GlobalPop
from persrv.evaluation.systems.own_sets import own_sets
from persrv.evaluation.systems.persrv import PAPER_RANKING, PerSRV, PerSRVSettings
from persrv.evaluation.systems.plus import PerSRVPlus, PlusSettings
from persrv.evaluation.systems.recall_index import Analyser, IndexFactory, RecallIndex
from persrv.evaluation.systems.user_pop import UserPop
from persrv.evaluation.tuning import TuningStep, tune
from persrv.ports.progress import Progress, silent
from persrv.ports.texts import TextEncoder
from persrv.recall.learning import Arrange
from persrv.recall.nearest import ExactNearest

SYSTEMS: Final = (*BASELINES, "persrv", "persrv-plus")
"""In the order in which they are run and shown."""

Opener = Callable[[], System]
"""Makes a system, or raises a `PerSRVError` that says what it lacks."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What to run, and with what.

    :param systems: Names, or None for all.
    :param open_index: Makes the product's search index.
    :param others: The neural baselines, whose models are adapters; one that is not among them is not run.
    :param start: The settings that tuning starts from, and that are used as they are without it.
    :param tune: Choose the settings on the validation part.
    :param ablation: Run table 5.
    :param text_encoder: For table 6, and what persrv-plus encodes with.
    :param arrange: Makes its vectors ready to be asked which are near.
    :param settings: More of what the figures depend on, for the report.
    """

    open_index: IndexFactory
    others: Mapping[str, Opener]
    systems: tuple[str, ...] | None = None
    start: PerSRVSettings = field(default_factory=PerSRVSettings)
    plus: PlusSettings = field(default_factory=PlusSettings)
    tune: bool = True
    ablation: bool = False
    text_encoder: TextEncoder | None = None
    arrange: Arrange = ExactNearest
    commit: str = ""
    settings: Mapping[str, str | int | float | None] | None = None
    notes: tuple[str, ...] = ()


def evaluate(dataset: Dataset, training: Training, plan: Plan, progress: Progress = silent) -> Evaluation:
    """Run it.

    :param training: The dataset's train part, with its stickers completed. It alone reaches a system; the validation
        part reaches the tuning alone, and the test part the scoring alone.
    """
    wanted = [name for name in SYSTEMS if plan.systems is None or name in plan.systems]
    pairs = pairs_of(dataset.test)
    index = RecallIndex(plan.open_index, progress=progress)
    try:
        settings = plan.start
        steps: tuple[TuningStep, ...] = ()
        if plan.tune and ({"bm25-ocr", "persrv"} & set(wanted) or plan.ablation):
            index.fit(training)
            settings, steps = tune(index, training, pairs_of(dataset.valid), plan.start, progress)
        plus, more = _plus(plan, index, training, pairs_of(dataset.valid), wanted, progress)
        steps = (*steps, *more)
        outcomes = _run_all(wanted, _openers(plan, index, settings, plus, progress), training, pairs, progress)
        rows, ablation_runs = _ablation(plan, settings, plus, wanted, index, training, pairs, progress)
    finally:
        index.close()
    runs = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Run)}
    scores = {name: score(run.docids(), pairs) for name, run in runs.items()}
    strata = strata_of(pairs, dataset.train)
    baseline = best_baseline(scores)
    report = Report(
        dataset=dataset_statistics(dataset, training.stickers.texts),
        systems={
            name: outcome if isinstance(outcome, NotRun) else _result(outcome, scores[name], pairs, strata)
            for name, outcome in outcomes.items()
        },
        significance={
            name: compare(scores, name, baseline, seed=training.seed)
            for name in scores
            if baseline is not None and name not in BASELINES
        },
        ablation=rows,
        tuning=steps,
        generation=measure_keywords(dataset, training.stickers, plan.text_encoder),
        reported=PAPER,
        notes=(
            *dataset.notes,
            *plan.notes,
            *_about_the_weights(plan),
            *_about_style(training, wanted),
            *_about_own_packs(plan, training, wanted),
            *_about_significance(scores, len(pairs)),
        ),
        seed=training.seed,
        commit=plan.commit,
        settings={**(plan.settings or {}), **_told(settings, plus, training, tuned=bool(steps))},
    )
    return Evaluation(report, pairs, runs, ablation_runs)


def _about_own_packs(plan: Plan, training: Training, wanted: Sequence[str]) -> tuple[str, ...]:
    sets = own_sets(training) if plan.ablation and "persrv-plus" in wanted else None
    return () if sets is None else (sets.told(),)


def _about_style(training: Training, wanted: Sequence[str]) -> tuple[str, ...]:
    personal = [name for name in ("persrv", "persrv-plus") if name in wanted]
    if training.style is not None or not personal:
        return ()
    return (
        "There are no vectors of style (no pictures, no embeddings, or no encoder): "
        f"{' and '.join(personal)} ran without personalisation by style.",
    )


def _about_the_weights(plan: Plan) -> tuple[str, ...]:
    if plan.tune:
        return ("Weights were chosen on the validation part, one after the other; their path is in the report.",)
    return (
        "Weights were not tuned: they are the settings'. persrv has what of them is the paper's: no emoji and no set "
        f"names, a person's nearest style alone, and alpha {PAPER_RANKING.alpha:g} where PERSRV_RANKING_ALPHA is not "
        "set; persrv-plus searches no set names.",
    )


def _about_significance(scores: Mapping[str, Scores], pairs: int) -> tuple[str, ...]:
    """Why nothing was tested, where nothing was."""
    if best_baseline(scores) is None:
        reason = "no baseline was run that a system could be compared with"
    elif not set(scores) - set(BASELINES):
        reason = "baselines alone were run, and nothing that could be better than the best of them"
    elif pairs < FEWEST_PAIRS:
        reason = f"the test part has {pairs} pair of person and query, and a test takes {FEWEST_PAIRS}"
    else:
        return ()
    return (f"Significance was not tested: {reason}.",)


def _openers(
    plan: Plan, index: RecallIndex, settings: PerSRVSettings, plus: PlusSettings, progress: Progress
) -> dict[str, Opener]:
    return {
        **plan.others,
        "global-pop": GlobalPop,
        "user-pop": UserPop,
        "bm25": lambda: bm25(index),
        "bm25-ocr": lambda: bm25_ocr(index, settings.relevance),
        "persrv": lambda: PerSRV(index, settings),
        "persrv-plus": lambda: PerSRVPlus(index, plan.text_encoder, plus, arrange=plan.arrange, progress=progress),
    }


def _plus(
    plan: Plan,
    index: RecallIndex,
    training: Training,
    valid: Sequence[Pair],
    wanted: Sequence[str],
    progress: Progress,
) -> tuple[PlusSettings, tuple[TuningStep, ...]]:
    """The settings of persrv-plus, tuned where that is wanted."""
    if not plan.tune or "persrv-plus" not in wanted:
        return plan.plus, ()
    system = PerSRVPlus(index, plan.text_encoder, plan.plus, arrange=plan.arrange, progress=progress)
    system.fit(training)
    weights, steps = tune_plus(system, valid, progress)
    plus = replace(plan.plus, weights=weights)
    if not plan.ablation:
        return plus, steps
    bonus, more = tune_own_packs(system.weighing(plus), valid, progress)
    return replace(plus, own_bonus=bonus), (*steps, *more)


def _run_all(
    wanted: Sequence[str],
    openers: Mapping[str, Opener],
    training: Training,
    pairs: Sequence[Pair],
    progress: Progress,
) -> dict[str, Run | NotRun]:
    outcomes: dict[str, Run | NotRun] = {}
    for name in wanted:
        if name not in openers:
            outcomes[name] = NotRun("This build has no model for it.")
            continue
        try:
            system = openers[name]()
        except PerSRVError as error:
            outcomes[name] = NotRun(str(error))
            continue
        try:
            progress(f"fitting {name}", 0, None)
            system.fit(training)
            outcomes[name] = run_system(system, pairs, progress)
        except PerSRVError as error:
            outcomes[name] = NotRun(str(error))
        finally:
            system.close()
    return outcomes


def _result(run: Run, scores: Scores, pairs: Sequence[Pair], strata: Strata) -> SystemResult:
    p50, p95 = (float(value) for value in np.percentile(run.milliseconds, (50, 95)))
    encoder_p50, encoder_p95 = (float(value) for value in np.percentile(run.encoder_milliseconds, (50, 95)))
    return SystemResult(
        metrics=scores.by_user(TABLE_METRICS),
        metrics_micro=scores.micro(TABLE_METRICS),
        other_metrics=scores.by_user(OTHER_METRICS),
        other_metrics_micro=scores.micro(OTHER_METRICS),
        pairs=len(pairs),
        answered=sum(1 for ranking in run.rankings if ranking),
        strata=by_stratum(strata, pairs, run.docids(), scores),
        ms_per_query=Latency(p50, p95, encoder_p50, encoder_p95),
    )


def _ablation(
    plan: Plan,
    settings: PerSRVSettings,
    plus: PlusSettings,
    wanted: Sequence[str],
    index: RecallIndex,
    training: Training,
    pairs: Sequence[Pair],
    progress: Progress,
) -> tuple[tuple[AblationRow, ...], dict[str, Run]]:
    """Table 5, and the runs with and without a module that case studies compare; those alone without `ablation`."""
    rows: list[AblationRow] = []
    runs: dict[str, Run] = {}
    if not plan.ablation and plan.systems is not None and "persrv" not in plan.systems:
        return (), {}
    other = RecallIndex(plan.open_index, name="characters", analyser=Analyser.PAPER, progress=progress)
    try:
        for row in ablation_plans(settings):
            if not plan.ablation and row.key not in CONTRASTED:
                continue
            lacking = row.lacks(training)
            if lacking:
                rows.append(AblationRow(row.key, row.label, row.paper_row, {}, {}, lacking))
                if row.personal or row.key not in CONTRASTED:
                    continue
            system = PerSRV(other if row.analyser is Analyser.PAPER else index, row.settings, name=row.key)
            system.fit(training)
            runs[row.key] = run_system(system, pairs, progress)
            if not lacking:
                found = score(runs[row.key].docids(), pairs)
                rows.append(AblationRow(row.key, row.label, row.paper_row, found.by_user(), found.micro()))
    finally:
        other.close()
    if plan.ablation and "persrv-plus" in wanted:
        rows += _plus_ablation(plan, plus, index, training, pairs, progress)
    return tuple(rows) if plan.ablation else (), runs


def _plus_ablation(
    plan: Plan,
    plus: PlusSettings,
    index: RecallIndex,
    training: Training,
    pairs: Sequence[Pair],
    progress: Progress,
) -> list[AblationRow]:
    """persrv-plus without one of its stages, or as those see it who want own packs; the other weights as they are."""
    rows = []
    for row in plus_plans(plus):
        system = PerSRVPlus(index, plan.text_encoder, row.settings, arrange=plan.arrange)
        system.fit(training)
        if row.settings.own_packs is not OwnPacks.OFF and not system.knows_sets:
            rows.append(AblationRow(row.key, row.label, None, {}, {}, "No sticker has a set."))
            continue
        found = score(run_system(system, pairs, progress).docids(), pairs)
        rows.append(AblationRow(row.key, row.label, None, found.by_user(), found.micro()))
    return rows


def _told(
    settings: PerSRVSettings, plus: PlusSettings, training: Training, *, tuned: bool
) -> dict[str, str | int | float | None]:
    """The settings that the systems ran with, flat."""
    told: dict[str, str | int | float | None] = {
        "tuned on valid": "yes" if tuned else "no",
        "analyser": Analyser.PRODUCT.value,
        "recall_size": settings.recall_size,
        "styles": settings.styles,
        "style space": None if training.style is None else training.style.space_id,
    }
    parts = {
        "relevance": settings.relevance,
        "utility": settings.utility,
        "ranking": settings.ranking,
        "plus": plus.weights,
        "persrv-plus.relevance": plus.relevance,
        "persrv-plus.utility": plus.utility,
    }
    for part, weights in parts.items():
        if weights is not None:
            told |= {f"{part}.{name}": value for name, value in asdict(weights).items()}
    return told | {"own_packs": plus.own_bonus}
