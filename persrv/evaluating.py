"""The evaluation's wiring: a dataset folder and settings in, a report on disk out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv import __version__
from persrv.adapters.baselines import BLIP2, Blip2Describer, OpusMtTranslator, SrsMatcher, SrsTraining
from persrv.adapters.dataset import (
    PARTS,
    FolderStickerFiles,
    SqliteComputedStore,
    log_text,
    read_dataset,
    thumbnail,
)
from persrv.adapters.embedding.chinese_clip import DEFAULT_MODEL as CHINESE_CLIP
from persrv.adapters.embedding.chinese_clip import ChineseClipEncoder
from persrv.adapters.search import MemoryStickerIndex
from persrv.bootstrap import (
    captioner,
    image_encoder,
    ocr_engine,
    plus_weights,
    relevance_weights,
    text_encoder,
    utility_weights,
)
from persrv.config import Settings
from persrv.domain.dataset import Dataset, Interaction, SplitKind
from persrv.domain.work import Maker
from persrv.errors import ConfigurationError, StorageError
from persrv.evaluation.cases import Case, pick_cases
from persrv.evaluation.completion import Captions, Completed, complete
from persrv.evaluation.evaluate import Opener, Plan, evaluate, known_systems
from persrv.evaluation.page import render_page, systems_picture
from persrv.evaluation.report import Evaluation
from persrv.evaluation.report_json import report_json
from persrv.evaluation.run_files import run_lines
from persrv.evaluation.systems import Training
from persrv.evaluation.systems.blip2 import Blip2
from persrv.evaluation.systems.clip_cn import ClipCn
from persrv.evaluation.systems.persrv import PAPER_RANKING, PerSRVSettings
from persrv.evaluation.systems.plus import PLUS_FIELDS, PlusSettings
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.srs import Srs
from persrv.evaluation.systems.system import System
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.ports.models import ImageDescriber, Translator
from persrv.ports.progress import Progress, silent
from persrv.text import warm_up

MEMORY: Final = "evaluation.sqlite3"
"""What engines made of pictures, in the cache folder: deleting it costs time alone."""
RUNS: Final = "runs"
SPLIT: Final = "split"
"""The parts of a log that did not come in parts: whoever recomputes the figures needs the test part."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run of the evaluation is asked for.

    :param systems: Names, or None for all.
    :param precomputed_only: Compute nothing of the stickers themselves; what the folder lacks stays empty.
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
    """Evaluate and write `report.json`, `report.html`, `runs/` and `split/`, each file whole or not at all.

    Blocks for as long as it takes. What was computed of pictures is remembered, so that another run is quick.

    :raises ConfigurationError: an unknown system, or an engine that is not there.
    :raises DatasetInvalid: the dataset is wrong; names file, line and reason.
    :raises StorageError: the report cannot be written.
    """
    _make_room(out)
    others = neural_openers(settings, lambda: RecallIndex(_open_index, name="blip2", progress=progress), progress)
    plan = Plan(open_index=_open_index, others=others)
    _known(options.systems, known_systems(plan))
    warm_up(settings.cache_dir)
    dataset = read_dataset(source, seed=options.seed, by_time=options.by_time, progress=progress)
    encoder = text_encoder(settings)
    completed = _completed(dataset, settings, options, progress)
    dataset = replace(dataset, stickers=completed.stickers)
    files = FolderStickerFiles(completed.stickers)
    training = Training(completed.stickers, dataset.train, completed.style, files, options.seed)
    plan = replace(
        plan,
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
        notes=completed.notes,
    )
    evaluation = evaluate(dataset, training, plan, progress)
    progress("writing the report", 0, None)
    _write(out, evaluation, _cases(evaluation, dataset.train), files, _split(dataset, out))
    return evaluation


def neural_openers(
    settings: Settings, index: Callable[[], RecallIndex], progress: Progress = silent
) -> Mapping[str, Opener]:
    """The systems that need heavy extras: each says what it lacks when it is opened, and how to get it."""
    return {
        "blip2": partial(_blip2, settings, index, progress),
        "clip-cn": partial(_clip_cn, settings, progress),
        "srs": partial(_srs, settings, progress),
    }


def _blip2(settings: Settings, index: Callable[[], RecallIndex], progress: Progress) -> System:
    model = settings.evaluation_blip2_model
    if model is None:
        raise _not_asked_for("blip2", "EVALUATION_BLIP2_MODEL", f"a folder, or {BLIP2} (15 GB)")

    def open_models() -> tuple[ImageDescriber, Translator]:
        # The smaller one first: what is missing is told before the larger one is loaded.
        translator = OpusMtTranslator(settings.evaluation_translation_model)
        return Blip2Describer(model), translator

    return Blip2(open_models, index(), progress)


def _clip_cn(settings: Settings, progress: Progress) -> System:
    model = settings.evaluation_clip_model
    if model is None:
        raise _not_asked_for("clip-cn", "EVALUATION_CLIP_MODEL", f"a folder, or {CHINESE_CLIP} (750 MB)")
    return ClipCn(partial(ChineseClipEncoder, model, option="PERSRV_EVALUATION_CLIP_MODEL"), progress)


def _srs(settings: Settings, progress: Progress) -> System:
    epochs = settings.evaluation_srs_epochs
    if not epochs:
        raise _not_asked_for("srs", "EVALUATION_SRS_EPOCHS", "10")
    return Srs(lambda: SrsMatcher(training=SrsTraining(epochs=epochs)), progress)


def _not_asked_for(system: str, setting: str, example: str) -> ConfigurationError:
    return ConfigurationError([f"{system} was not asked for: set PERSRV_{setting} to {example}"])


def _known(wanted: Sequence[str] | None, known: Sequence[str]) -> None:
    wrong = [name for name in wanted or () if name not in known]
    if wrong:
        raise ConfigurationError([f"--systems names {', '.join(wrong)}; there are {', '.join(known)}"])


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


def _completed(dataset: Dataset, settings: Settings, options: Options, progress: Progress) -> Completed:
    files = FolderStickerFiles(dataset.stickers)
    with contextlib.ExitStack() as stack:
        memory = stack.enter_context(contextlib.closing(SqliteComputedStore(settings.cache_dir / MEMORY)))
        if options.precomputed_only or not dataset.stickers.images.count():
            return complete(dataset.stickers, files, memory, progress=progress)
        ocr = None if settings.ocr_engine == "none" else stack.enter_context(contextlib.closing(ocr_engine(settings)))
        encoder = None
        if dataset.stickers.embeddings is None:
            encoder = stack.enter_context(contextlib.closing(image_encoder(settings)))
        captions = None if settings.caption_engine == "none" else stack.enter_context(_captions(settings))
        return complete(
            dataset.stickers,
            files,
            memory,
            ocr=ocr,
            captions=captions,
            encoder=encoder,
            seed=options.seed,
            progress=progress,
        )


@contextlib.contextmanager
def _captions(settings: Settings) -> Iterator[Captions]:
    """The configured captioner, for code that is not async."""
    engine = captioner(settings)
    with asyncio.Runner() as runner:

        def caption(images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption | CaptionFailure]:
            return runner.run(engine.caption(images))

        try:
            yield Captions(Maker(engine.name, engine.version), caption)
        finally:
            runner.run(engine.close())


def _make_room(out: Path) -> None:
    """Before anything is computed.

    :raises StorageError: `out` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise StorageError(f"{out} cannot be written ({error.strerror}): choose another folder for --out.") from error


def _open_index(_name: str) -> MemoryStickerIndex:
    """An `IndexFactory`: scores as the product's index, and is read once and thrown away."""
    return MemoryStickerIndex()


def _cases(evaluation: Evaluation, train: Sequence[Interaction]) -> tuple[Case, ...]:
    chosen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in train:
        chosen[row.uid][row.docid] += 1
    history = {
        user: [docid for docid, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        for user, counts in chosen.items()
    }
    return pick_cases(evaluation.pairs, evaluation.ablation_runs, history)


def _split(dataset: Dataset, out: Path) -> Mapping[Path, str | None]:
    """The files of the parts, with None for those of an earlier run that do not belong to this one."""
    paths = [out / SPLIT / f"{part}.csv" for part in PARTS]
    if dataset.split is SplitKind.GIVEN:
        mine = Path(dataset.source).resolve() == (out / SPLIT).resolve()
        return {} if mine else dict.fromkeys(paths)
    parts = (dataset.train, dataset.valid, dataset.test)
    timed = any(row.ts is not None for part in parts for row in part)
    return {path: log_text(part, timed=timed) for path, part in zip(paths, parts, strict=True)}


def _write(
    out: Path,
    evaluation: Evaluation,
    cases: Sequence[Case],
    files: FolderStickerFiles,
    split: Mapping[Path, str | None],
) -> None:
    text = report_json(evaluation.report)
    page = render_page(evaluation.report, cases, lambda docid: thumbnail(files, docid))
    picture = systems_picture(evaluation.report)
    try:
        (out / RUNS).mkdir(exist_ok=True)
        for name, run in evaluation.runs.items():
            _replace(out / RUNS / f"{name}.trec", "".join(run_lines(evaluation.pairs, run.rankings)))
        for stale in set((out / RUNS).glob("*.trec")) - {out / RUNS / f"{name}.trec" for name in evaluation.runs}:
            stale.unlink()  # of an earlier run with other systems: it does not belong to this report
        for path, log in split.items():
            if log is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(exist_ok=True)
            _replace(path, log)
        _replace(out / "report.html", page)
        _replace(out / "chart.png", picture)
        _replace(out / "report.json", text)
    except OSError as error:
        raise StorageError(f"The report cannot be written into {out} ({error.strerror}): make room there.") from error


def _replace(path: Path, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def commit() -> str:
    """The commit of the code that runs, with "+changes" where the tree has some; the version where there is no git."""
    here = Path(__file__).resolve()
    git = shutil.which("git")
    if git is None:
        return __version__

    def ask(*arguments: str) -> str:
        found = subprocess.run(  # noqa: S603 - our own words
            [git, "-C", str(here.parent), *arguments], capture_output=True, text=True, check=False
        )
        return found.stdout.strip() if found.returncode == 0 else ""

    if not ask("ls-files", here.name):
        return __version__
    changed = ask("status", "--porcelain", "--untracked-files=no")
    return ask("rev-parse", "HEAD") + ("+changes" if changed else "")
