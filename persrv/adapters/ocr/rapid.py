"""The light OCR engine: RapidOCR, PP-OCRv6 small on onnxruntime, weights in its wheel."""

from __future__ import annotations

import logging
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.ocr.boxes import box_around
from persrv.errors import ConfigurationError, OcrFailed
from persrv.ports.media import Frames
from persrv.ports.ocr import OcrLine
from persrv.semantics.ocr import READING_VERSION, read_frames

DETECTOR_SIDE: Final = 512
"""The detector sees pictures at most this long: what a sticker has, and its cost grows with the square."""
DETECTOR_FILE: Final = "PP-OCRv6_det_small.onnx"
RECOGNISER_FILE: Final = "PP-OCRv6_rec_small.onnx"


class RapidOcrEngine:
    """`OcrEngine` on RapidOCR. Never downloads: a wheel without weights is an error.

    :param threads: 1 or 2 processor threads for a picture.
    :raises ConfigurationError: the installed package lacks the weights or cannot load them.
    """

    name = "rapidocr"

    def __init__(self, threads: int = 1) -> None:
        import cv2  # noqa: PLC0415 - a second of imports, for those who read pictures only
        from rapidocr import RapidOCR  # noqa: PLC0415

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it logs an error for every picture without text
        cv2.setNumThreads(threads)
        detector, recogniser = wheel_models()
        onnxruntime = "EngineConfig.onnxruntime"
        self._engine: RapidOCR | None = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,  # no sticker is lettered upside down; it turns short lines wrongly
                "Global.text_score": 0.0,  # we filter
                f"{onnxruntime}.intra_op_num_threads": threads,
                f"{onnxruntime}.inter_op_num_threads": 1,
                "Det.model_path": str(detector),
                "Det.limit_side_len": DETECTOR_SIDE,
                "Det.limit_type": "max",
                "Rec.model_path": str(recogniser),
                "Rec.rec_batch_num": 1,  # a batch is padded to its widest line, which costs more than it saves
            }
        )
        self.version = f"{version('rapidocr')} PP-OCRv6-small reading-{READING_VERSION}"

    def read(self, frames: Frames) -> tuple[OcrLine, ...]:
        """See `OcrEngine.read`.

        :raises OcrFailed: the engine broke on this sticker, or is closed.
        """
        return read_frames(self._read_picture, frames)

    def close(self) -> None:
        """Let go of the models."""
        self._engine = None

    def _read_picture(self, picture: NDArray[np.uint8]) -> list[OcrLine]:
        if self._engine is None:
            raise OcrFailed("The OCR engine is closed. Open another one.")
        try:
            found = self._engine(np.ascontiguousarray(picture[..., ::-1]))  # it wants BGR
        except Exception as error:  # OpenCV, onnxruntime and the package each raise their own kinds
            raise OcrFailed(f"RapidOCR cannot read this picture: {type(error).__name__}: {error}") from error
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        height, width = picture.shape[:2]
        return [
            OcrLine(text.strip(), float(score), box_around(corners, width, height))
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            if text.strip()
        ]


def wheel_models() -> tuple[Path, Path]:
    """The detector's and the recogniser's ONNX files inside the installed `rapidocr` package.

    :raises ConfigurationError: the package, or a file in it, is missing.
    """
    spec = find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec and spec.origin else Path("rapidocr/models")
    detector, recogniser = folder / DETECTOR_FILE, folder / RECOGNISER_FILE
    missing = [path.name for path in (detector, recogniser) if not path.is_file()]
    if missing:
        raise ConfigurationError(
            [
                f"PERSRV_OCR_ENGINE=rapidocr lacks its model files ({', '.join(missing)}). Install them with "
                "`pip install --force-reinstall 'rapidocr>=3.10,<4'`, or set PERSRV_OCR_ENGINE=none."
            ]
        )
    return detector, recogniser
