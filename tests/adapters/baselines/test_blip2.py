"""BLIP-2 and Opus-MT, on checkpoints that know nine drawn stickers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from persrv.adapters.baselines import Blip2Describer, OpusMtTranslator
from persrv.errors import ConfigurationError, MediaCorrupt
from tests.adapters.baselines.checkpoints import captions_of, in_english

for module in ("torch", "transformers", "sentencepiece", "sacremoses"):
    pytest.importorskip(module, reason="needs the extra: pip install 'persrv[baselines]'")

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def describer(tiny_blip2):
    opened = Blip2Describer(tiny_blip2, device="cpu")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def translator(tiny_marian):
    opened = OpusMtTranslator(tiny_marian, device="cpu")
    yield opened
    opened.close()


def test_a_checkpoint_says_what_it_was_taught(describer, names, drawings):
    assert list(describer.describe(drawings.pictures)) == captions_of(names)


def test_one_alone_is_described_as_among_others_and_nothing_as_nothing(describer, drawings):
    together = describer.describe(drawings.pictures)
    assert [describer.describe([picture])[0] for picture in drawings.pictures] == list(together)
    assert list(describer.describe([np.zeros((32, 32, 4), np.uint8)])) == [""]
    assert list(describer.describe([])) == []


def test_what_is_no_picture_is_said(describer, drawings):
    with pytest.raises(MediaCorrupt, match="Picture 2 of 2"):
        describer.describe([drawings.pictures[0], np.zeros((4, 4), np.uint8)])


def test_a_checkpoint_translates_what_it_was_taught(translator, names):
    english = [in_english(name) for name in names]
    assert list(translator.translate(english)) == names
    assert list(translator.translate(captions_of(names))) == [name[0] for name in names]
    assert list(translator.translate([english[3], "  ", english[3]])) == [names[3], "", names[3]]


def test_a_closed_model_says_so(tiny_marian):
    translator = OpusMtTranslator(tiny_marian, device="cpu")
    translator.close()
    translator.close()
    with pytest.raises(ValueError, match="closed"):
        translator.translate(["a red circle"])


def test_another_checkpoint_is_another_version(translator, tiny_marian, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tiny_marian, other)
    (other / "note.txt").write_text("changed")
    opened = OpusMtTranslator(str(other), device="cpu")
    assert opened.version != translator.version
    opened.close()


@pytest.mark.parametrize("opened", [Blip2Describer, OpusMtTranslator])
@pytest.mark.parametrize("model", ["/nowhere/model", "./nowhere", "name without owner"])
def test_a_model_that_is_not_there_is_said(opened, model):
    with pytest.raises(ConfigurationError, match="does not exist"):
        opened(model)


def test_a_folder_that_is_another_model_is_refused(tiny_marian, tiny_blip2):
    with pytest.raises(ConfigurationError, match="type marian"):
        Blip2Describer(tiny_marian)
    with pytest.raises(ConfigurationError, match="source\\.spm"):
        OpusMtTranslator(tiny_blip2)


def test_a_checkpoint_that_lacks_weights_is_refused(tiny_marian, tmp_path):
    from safetensors.torch import load_file, save_file

    broken = tmp_path / "broken"
    shutil.copytree(tiny_marian, broken)
    weights = load_file(broken / "model.safetensors")
    weights.pop("model.decoder.layers.0.fc1.weight")
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ConfigurationError, match="incomplete"):
        OpusMtTranslator(str(broken))


def test_a_damaged_description_of_a_model_is_refused(tiny_blip2, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(tiny_blip2, broken)
    config = json.loads(Path(broken, "config.json").read_text())
    Path(broken, "config.json").write_text(json.dumps(config)[:-40])
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        Blip2Describer(str(broken))
