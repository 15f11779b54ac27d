"""Runs the evaluation: reads, completes, evaluates, writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from persrv.adapters.commit import commit
from persrv.adapters.dataset import FolderStickerFiles, read_dataset
from persrv.adapters.search import MemoryStickerIndex
from persrv.bootstrap.engines import text_encoder
from persrv.bootstrap.evaluating.baselines import neural_openers
from persrv.bootstrap.evaluating.completing import completed
from persrv.bootstrap.evaluating.report_folder import make_room, write_report
from persrv.bootstrap.weights import plus_weights, relevance_weights, utility_weights
from persrv.config import Settings
from persrv.errors import ConfigurationError
from persrv.evaluation.evaluate import SYSTEMS, Plan, evaluate
from persrv.evaluation.report import Evaluation
from persrv.evaluation.systems import Training
from persrv.evaluation.systems.persrv import PAPER_RANKING, PerSRVSettings
from persrv.evaluation.systems.plus import PLUS_FIELDS, PlusSettings
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.ports.progress import Progress, silent
from persrv.text import warm_up


@dataclass(frozen=True, slots=True)
class Options:
    """What a run of the evaluation is asked for.

    :param systems: Names, or None for all.
    :param ablation: Also what each module adds (paper, table 5).
    :param seed: Of the split, the styles, the training and the bootstrap; from 0 up.
    :param precomputed_only: Compute nothing of the stickers themselves; what the folder lacks stays empty.
    :param by_time: Split `interactions.csv` by its column ts.
    :param tune: Choose weights on the validation part; otherwise the settings' are used.
    """

    systems: tuple[str, ...] | None = None
    ablation: bool = False
    seed: int = 0
    precomputed_only: bool = False
    by_time: bool = False
    tune: bool = True


def run_evaluation(
    source: Path, out: Path, settings: Settings, options: Options, progress: Progress = silent
) -> Evaluation:
    """Evaluate and write the files of a report (`report_folder`), each whole or not at all.

    Blocks for as long as it takes. What was computed of pictures is remembered, so that another run is quick.

    :raises ConfigurationError: an unknown system, or an engine that is not there.
    :raises DatasetInvalid: the dataset is wrong; names file, line and reason.
    :raises StorageError: the report cannot be written.
    """
    make_room(out)
    _refuse_unknown(options.systems)
    warm_up(settings.cache_dir)
    dataset = read_dataset(source, seed=options.seed, by_time=options.by_time, progress=progress)
    plan = _plan(settings, options, progress)
    known = completed(
        dataset.stickers,
        settings,
        precomputed_only=options.precomputed_only,
        seed=options.seed,
        progress=progress,
    )
    dataset = replace(dataset, stickers=known.stickers)
    files = FolderStickerFiles(known.stickers)
    training = Training(known.stickers, dataset.train, known.style, files, options.seed)
    evaluation = evaluate(dataset, training, replace(plan, notes=known.notes), progress)
    progress("writing the report", 0, None)
    write_report(out, evaluation, dataset, files)
    return evaluation


def _refuse_unknown(systems: Sequence[str] | None) -> None:
    wrong = [name for name in systems or () if name not in SYSTEMS]
    if wrong:
        raise ConfigurationError([f"--systems names {', '.join(wrong)}; there are {', '.join(SYSTEMS)}"])


def _plan(settings: Settings, options: Options, progress: Progress) -> Plan:
    encoder = text_encoder(settings)
    return Plan(
        open_index=_open_index,
        others=neural_openers(settings, lambda: RecallIndex(_open_index, name="blip2", progress=progress), progress),
        systems=options.systems,
        start=_start(settings, tune=options.tune),
        plus=PlusSettings(
            weights=plus_weights(settings),
            relevance=replace(relevance_weights(settings), pack=PLUS_FIELDS.pack),
            utility=utility_weights(settings),
            recall_size=settings.recall_size,
            forgiving=settings.forgiving,
            own_bonus=settings.own_packs,
        ),
        tune=options.tune,
        ablation=options.ablation,
        text_encoder=encoder,
        commit=commit(),
        settings={
            "precomputed only": str(options.precomputed_only).lower(),
            "text encoder": None if encoder is None else encoder.name,
        },
    )


def _start(settings: Settings, *, tune: bool) -> PerSRVSettings:
    """The paper's form, with the settings' weights of relevance and utility as its defaults.

    Alpha and gate are the settings' where those were set and nothing is tuned: the default alpha of the settings is
    for what the bot serves, every style by its share, and not for the nearest alone.
    """
    ranking = PAPER_RANKING
    if not tune:
        given = {"alpha": "ranking_alpha", "gate": "ranking_gate"}
        set_ = {part: getattr(settings, name) for part, name in given.items() if name in settings.model_fields_set}
        ranking = replace(PAPER_RANKING, **set_)
    return PerSRVSettings(
        relevance=replace(relevance_weights(settings), emoji=0.0, pack=0.0),
        utility=utility_weights(settings),
        ranking=ranking,
        styles=settings.styles,
        recall_size=settings.recall_size,
    )


def _open_index(_name: str) -> MemoryStickerIndex:
    """An `IndexFactory`: scores as the product's index, and is read once and thrown away."""
    return MemoryStickerIndex()
