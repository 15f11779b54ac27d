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

DETECTOR_SIDE: Final = 448
"""The detector sees pictures at most this long; its cost grows with the square. A sticker of 512 pixels takes 106 ms
on one core at 448 and 123 ms at 512, and of captions 5 to 9 % of its height 96.3 % and 97.2 % are read exactly; of
larger ones all. Lines are recognised from the picture in its own size."""
NARROWEST_LINE: Final = 160
"""Lines are padded to this many pixels at a height of 48. The package's 320 made a caption of three characters a third
dearer to recognise, and no line better."""
DETECTOR_FILE: Final = "PP-OCRv6_det_small.onnx"
RECOGNISER_FILE: Final = "PP-OCRv6_rec_small.onnx"


class RapidOcrEngine:
    """`OcrEngine` on RapidOCR. Never downloads: a wheel without weights is an error.

    :param threads: 1 or 2 processor threads for a picture.
    :raises ConfigurationError: the installed package lacks the weights or cannot load them.
    """

    name = "rapidocr"

    def __init__(self, threads: int = 1) -> None:
        import cv2
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it logs an error for every picture without text
        cv2.setNumThreads(threads)
        detector, recogniser = wheel_models()
        onnxruntime = "EngineConfig.onnxruntime"
        try:
            self._engine: RapidOCR | None = RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.use_cls": False,  # no sticker is lettered upside down; it turns short lines wrongly
                    "Global.text_score": 0.0,  # we filter
                    f"{onnxruntime}.intra_op_num_threads": threads,
                    f"{onnxruntime}.inter_op_num_threads": 1,
                    f"{onnxruntime}.enable_cpu_mem_arena": True,  # 5 % faster; a worker reads many pictures
                    "Det.model_path": str(detector),
                    "Det.limit_side_len": DETECTOR_SIDE,
                    "Det.limit_type": "max",
                    "Rec.model_path": str(recogniser),
                    "Rec.rec_img_shape": [3, 48, NARROWEST_LINE],
                    "Rec.rec_batch_num": 1,  # a batch is padded to its widest line, which costs more than it saves
                }
            )
            # It loads its models on first use, and keeps what it was last told of `use_det`.
            self._engine(np.full((64, 64, 3), 128, np.uint8), use_det=True)
            self._engine(np.full((48, NARROWEST_LINE, 3), 128, np.uint8), use_det=False)
        except Exception as error:  # onnxruntime and the package each raise their own kinds
            raise ConfigurationError(
                [
                    f"PERSRV_OCR_ENGINE=rapidocr cannot load its models: {type(error).__name__}: {error}. Install "
                    "them anew with `pip install --force-reinstall 'rapidocr>=3.10,<4'`, or set PERSRV_OCR_ENGINE=none."
                ]
            ) from error
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
        from rapidocr.utils.output import RapidOCROutput

        try:
            found = self._engine(np.ascontiguousarray(picture[..., ::-1]), use_det=True)  # it wants BGR
        except Exception as error:  # OpenCV, onnxruntime and the package each raise their own kinds
            raise OcrFailed(f"RapidOCR cannot read this picture: {type(error).__name__}: {error}") from error
        if not isinstance(found, RapidOCROutput) or found.boxes is None or not found.txts or not found.scores:
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
