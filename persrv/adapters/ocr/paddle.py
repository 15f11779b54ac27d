"""The paper's OCR engine: PaddleOCR (section 3.3.2), without a download.

It reads with the models that are on this machine: a folder that the caller names, else what `paddleocr` has put in its
own cache when somebody ran it, else PP-OCRv6 small out of the `rapidocr` wheel, run by PaddleOCR on onnxruntime.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.ocr.boxes import box_around
from persrv.adapters.ocr.rapid import DETECTOR_SIDE, NARROWEST_LINE, wheel_models
from persrv.errors import ConfigurationError, OcrFailed
from persrv.ports.media import Frames
from persrv.ports.ocr import OcrLine
from persrv.semantics.ocr import READING_VERSION, read_frames

CACHED_DETECTOR: Final = "PP-OCRv6_medium_det"
CACHED_RECOGNISER: Final = "PP-OCRv6_medium_rec"
SMALL_DETECTOR: Final = "PP-OCRv6_small_det"
SMALL_RECOGNISER: Final = "PP-OCRv6_small_rec"
_MODEL_NAME: Final = re.compile(r"""model_name["']?\s*:\s*["']?([\w.-]+)""")
_MISSING: Final = (
    "PERSRV_OCR_ENGINE=paddleocr needs the package paddleocr. Install it with `pip install 'persrv[paddle]'`, or set "
    "PERSRV_OCR_ENGINE=rapidocr."
)


@dataclass(frozen=True, slots=True)
class PaddleModels:
    """A detector and a recogniser in PaddleOCR's layout: a folder each, with `inference.yml` and the weights.

    :param detector: Its folder.
    :param recogniser: Its folder.
    :param name: For provenance.
    """

    detector: Path
    recogniser: Path
    name: str


class PaddleOcrEngine:
    """`OcrEngine` on PaddleOCR 3.

    :param threads: 1 or 2 processor threads for a picture.
    :param models: A folder with `det` and `rec`, each in PaddleOCR's layout; None: see above.
    :raises ConfigurationError: the package is missing, or the models cannot be loaded.
    """

    name = "paddleocr"

    def __init__(self, threads: int = 1, models: Path | None = None) -> None:
        # Otherwise it asks four model hosts whether they are there, before it looks at the files it was given.
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        try:
            package = version("paddleocr")
            paddleocr = import_module("paddleocr")
        except (PackageNotFoundError, ImportError) as error:
            raise ConfigurationError([_MISSING]) from error
        self._made: tempfile.TemporaryDirectory[str] | None = None
        try:
            found = self._find(models)
            logging.getLogger("paddlex").setLevel(logging.ERROR)  # it tells of every model that it makes
            self._engine: Any = paddleocr.PaddleOCR(**_arguments(found, threads))
        except ConfigurationError:
            self.close()
            raise
        except Exception as error:  # PaddleX raises bare Exceptions for what it does not like
            self.close()
            raise ConfigurationError(
                [
                    f"PERSRV_OCR_ENGINE=paddleocr cannot load its models: {type(error).__name__}: {error}. Check the "
                    "installation with `pip install 'persrv[paddle]'`, or set PERSRV_OCR_ENGINE=rapidocr."
                ]
            ) from error
        self.version = f"{package} {found.name} reading-{READING_VERSION}"

    def read(self, frames: Frames) -> tuple[OcrLine, ...]:
        """See `OcrEngine.read`.

        :raises OcrFailed: the engine broke on this sticker, or is closed.
        """
        return read_frames(self._read_picture, frames)

    def close(self) -> None:
        """Let go of the models and of the folder made for them."""
        self._engine = None
        if self._made is not None:
            self._made.cleanup()
            self._made = None

    def _find(self, models: Path | None) -> PaddleModels:
        if models is not None:
            return _from_folder(models)
        cached = _cached_models()
        if cached is not None:
            return cached
        self._made = tempfile.TemporaryDirectory(prefix="persrv-paddle-")
        return write_wheel_models(Path(self._made.name))

    def _read_picture(self, picture: NDArray[np.uint8]) -> list[OcrLine]:
        if self._engine is None:
            raise OcrFailed("The OCR engine is closed. Open another one.")
        try:
            results: Sequence[Any] = self._engine.predict(np.ascontiguousarray(picture[..., ::-1]))  # it wants BGR
        except Exception as error:  # OpenCV, onnxruntime and PaddleX each raise their own kinds
            raise OcrFailed(f"PaddleOCR cannot read this picture: {type(error).__name__}: {error}") from error
        height, width = picture.shape[:2]
        return [
            OcrLine(text.strip(), float(score), box_around(corners, width, height))
            for result in results
            for corners, text, score in zip(result["rec_polys"], result["rec_texts"], result["rec_scores"], strict=True)
            if text.strip()
        ]


def write_wheel_models(folder: Path) -> PaddleModels:
    """Lay the `rapidocr` wheel's ONNX files out as PaddleOCR wants them.

    :param folder: Exists; gets the folders `det` and `rec`, 31 MB.
    :raises ConfigurationError: the wheel lacks its files.
    """
    detector, recogniser = wheel_models()
    resize = {"DetResizeForTest": {"limit_side_len": DETECTOR_SIDE, "limit_type": "max"}}
    normalise = {"NormalizeImage": {"mean": [0.5] * 3, "std": [0.5] * 3, "scale": "1./255.", "order": "hwc"}}
    _write_model(
        folder / "det",
        detector,
        SMALL_DETECTOR,
        [resize, normalise, {"ToCHWImage": None}],
        {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.5, "max_candidates": 1000, "unclip_ratio": 1.6},
    )
    _write_model(
        folder / "rec",
        recogniser,
        SMALL_RECOGNISER,
        [{"RecResizeImg": {"image_shape": [3, 48, NARROWEST_LINE]}}],
        {"name": "CTCLabelDecode", "character_dict": _characters(recogniser)},
    )
    return PaddleModels(folder / "det", folder / "rec", "PP-OCRv6-small")


def _write_model(
    folder: Path, weights: Path, name: str, steps: list[dict[str, Any]], postprocess: dict[str, Any]
) -> None:
    folder.mkdir()
    shutil.copyfile(weights, folder / "inference.onnx")
    config = {
        "Global": {"model_name": name},
        "PreProcess": {"transform_ops": steps},
        "PostProcess": postprocess,
    }
    # JSON is YAML, and needs no further package.
    (folder / "inference.yml").write_text(json.dumps(config, ensure_ascii=False), encoding="utf-8")


def _characters(recogniser: Path) -> list[str]:
    """The recogniser's alphabet, which the wheel's file carries as metadata, one a line."""
    onnxruntime = import_module("onnxruntime")  # without types
    session = onnxruntime.InferenceSession(str(recogniser), providers=["CPUExecutionProvider"])
    characters: str = session.get_modelmeta().custom_metadata_map["character"]
    return characters.splitlines()


def _from_folder(folder: Path) -> PaddleModels:
    parts = [folder / "det", folder / "rec"]
    missing = [str(part / "inference.yml") for part in parts if not (part / "inference.yml").is_file()]
    if missing:
        raise ConfigurationError(
            [f"The folder of PaddleOCR's models lacks {', '.join(missing)}. Name one that has `det` and `rec`."]
        )
    return PaddleModels(parts[0], parts[1], folder.name)


def _cached_models() -> PaddleModels | None:
    """What `paddleocr` downloads on its first use by itself, if it ever did."""
    home = Path(os.environ.get("PADDLE_PDX_CACHE_HOME") or Path.home() / ".paddlex") / "official_models"
    detector, recogniser = home / CACHED_DETECTOR, home / CACHED_RECOGNISER
    if (detector / "inference.yml").is_file() and (recogniser / "inference.yml").is_file():
        return PaddleModels(detector, recogniser, "PP-OCRv6-medium")
    return None


def _arguments(models: PaddleModels, threads: int) -> dict[str, Any]:
    """What PaddleOCR is made with; ONNX files run on onnxruntime, which needs no paddlepaddle."""
    arguments: dict[str, Any] = {
        "text_detection_model_name": _model_name(models.detector),
        "text_detection_model_dir": str(models.detector),
        "text_recognition_model_name": _model_name(models.recogniser),
        "text_recognition_model_dir": str(models.recogniser),
        "text_recognition_batch_size": 1,
        "text_det_limit_side_len": DETECTOR_SIDE,
        "text_det_limit_type": "max",
        "text_rec_score_thresh": 0.0,  # we filter
        "use_doc_orientation_classify": False,
        "use_doc_unwarping": False,
        "use_textline_orientation": False,
        "device": "cpu",
    }
    if (models.detector / "inference.onnx").is_file():
        return arguments | {"engine": "onnxruntime", "engine_config": {"intra_op_num_threads": threads}}
    return arguments | {"cpu_threads": threads, "enable_mkldnn": False}


def _model_name(folder: Path) -> str:
    """The name in the model's own description, which PaddleOCR compares with the one it is given."""
    named = _MODEL_NAME.search((folder / "inference.yml").read_text(encoding="utf-8"))
    if named:
        return named.group(1)
    raise ConfigurationError([f"{folder / 'inference.yml'} names no model. Take another folder."])
