from __future__ import annotations

import subprocess
import sys

import pytest

from persrv.adapters.embedding import IMAGE_ENCODERS, open_image_encoder
from persrv.adapters.embedding.chinese_clip import ChineseClipEncoder
from persrv.errors import ConfigurationError


def test_the_default_needs_no_model():
    encoder = open_image_encoder(IMAGE_ENCODERS[0])
    assert (encoder.name, encoder.version, encoder.dimensions, encoder.whitens) == ("style", "style-1", 133, True)
    encoder.close()


def test_an_unknown_encoder_is_an_error_that_names_the_setting_and_the_choices():
    with pytest.raises(ConfigurationError, match=r"PERSRV_IMAGE_ENCODER.*style.*resnet"):
        open_image_encoder("resnet")


@pytest.mark.parametrize("option", ["PERSRV_IMAGE_MODEL", "PERSRV_EVALUATION_CLIP_MODEL"])
def test_missing_libraries_are_told_by_the_setting_that_asks_for_them(monkeypatch, option):
    def missing(name):
        raise ImportError(f"No module named '{name}'")

    monkeypatch.setattr("persrv.adapters.extras.import_module", missing)
    with pytest.raises(ConfigurationError) as caught:
        ChineseClipEncoder("some/model", option=option)
    asked = {
        "PERSRV_IMAGE_MODEL": "PERSRV_IMAGE_ENCODER=chinese-clip",
        "PERSRV_EVALUATION_CLIP_MODEL": "PERSRV_EVALUATION_CLIP_MODEL=some/model",
    }
    assert str(caught.value).startswith(f"{asked[option]} needs torch, transformers (No module named 'torch').")


def test_a_model_for_the_descriptor_is_a_mistake():
    with pytest.raises(ConfigurationError, match="PERSRV_IMAGE_MODEL"):
        open_image_encoder("style", "ViT-B-16")
    open_image_encoder("style", "").close()


def test_importing_the_encoders_loads_no_model_library():
    code = (
        "import sys, persrv.adapters.embedding\n"
        "print([name for name in ('cv2', 'torch', 'transformers', 'cn_clip') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
