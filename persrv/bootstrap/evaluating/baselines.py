"""The neural baselines. Each says what it lacks when it is opened, and how to get it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from persrv.adapters.baselines import BLIP2, Blip2Describer, OpusMtTranslator, SrsMatcher, SrsTraining
from persrv.adapters.embedding.chinese_clip import DEFAULT_MODEL as CHINESE_CLIP
from persrv.adapters.embedding.chinese_clip import ChineseClipEncoder
from persrv.config import Settings
from persrv.errors import ConfigurationError
from persrv.evaluation.evaluate import Opener
from persrv.evaluation.systems.blip2 import Blip2
from persrv.evaluation.systems.clip_cn import ClipCn
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.srs import Srs
from persrv.evaluation.systems.system import System
from persrv.ports.models import ImageDescriber, Translator
from persrv.ports.progress import Progress


def neural_openers(settings: Settings, index: Callable[[], RecallIndex], progress: Progress) -> Mapping[str, Opener]:
    """By name, the systems that need heavy extras and weights that the settings name.

    :param index: Makes the one that `blip2` searches its captions with.
    """
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
