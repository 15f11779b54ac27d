from __future__ import annotations

import subprocess
import sys

import pytest

from persrv.adapters.ocr import open_ocr
from persrv.adapters.ocr.opening import OCR_ENGINES
from persrv.errors import ConfigurationError


def test_no_engine_reads_nothing(easel):
    engine = open_ocr("none", 1)
    assert engine.read(easel.frames(easel.letter(easel.blank(), "hello"))) == ()
    assert (engine.name, engine.version) == ("none", "none")
    engine.close()


def test_an_unknown_engine_is_an_error_that_names_the_setting_and_the_choices():
    with pytest.raises(ConfigurationError, match=r"PERSRV_OCR_ENGINE.*rapidocr, paddleocr, none.*tesseract"):
        open_ocr("tesseract", 1)
    assert OCR_ENGINES[0] == "rapidocr"


@pytest.mark.parametrize("threads", [0, -1, 3])
def test_threads_are_bounded(threads):
    with pytest.raises(ConfigurationError, match="threads"):
        open_ocr("none", threads)


def test_importing_the_engines_loads_no_model_library():
    code = (
        "import sys, persrv.adapters.ocr\n"
        "print([name for name in ('cv2', 'onnxruntime', 'rapidocr', 'paddleocr', 'paddle') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
