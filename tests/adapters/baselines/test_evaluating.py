"""The neural systems of `persrv evaluate`, end to end, on checkpoints that were taught nine drawn stickers."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from persrv.bootstrap.evaluating import Options, run_evaluation
from persrv.config import Settings

for module in ("torch", "transformers", "sentencepiece", "sacremoses"):
    pytest.importorskip(module, reason="needs the extra: pip install 'persrv[baselines]'")

pytestmark = pytest.mark.heavy


@pytest.fixture
def folder(tmp_path, names, drawings):
    """Nine stickers, each asked for by its name; three people chose each one once for train, one for valid and test."""
    root = tmp_path / "set"
    (root / "images").mkdir(parents=True)
    for name, picture in zip(names, drawings.pictures, strict=True):
        Image.fromarray(picture).save(root / "images" / f"{name}.png")
    for part, people in (("train", "abc"), ("valid", "d"), ("test", "e")):
        rows = [f"{person},{name},{name}" for person in people for name in names]
        (root / f"{part}.csv").write_text("\n".join(["uid,query,docid", *rows]) + "\n", "utf-8")
    return root


@pytest.mark.timeout(300)
def test_each_finds_what_its_model_knows(folder, tmp_path, tiny_blip2, tiny_marian, tiny_clip):
    settings = Settings(
        data_dir=tmp_path / "data",
        ocr_engine="none",
        evaluation_blip2_model=tiny_blip2,
        evaluation_translation_model=tiny_marian,
        evaluation_clip_model=tiny_clip,
        evaluation_srs_epochs=60,
    )
    names = ("global-pop", "blip2", "clip-cn", "srs")
    run_evaluation(folder, tmp_path / "out", settings, Options(names, tune=False))
    systems = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["systems"]
    # Three stickers have the colour that the caption tells: the first, second or third of them is the right one.
    assert systems["blip2"]["metrics"]["M-MRR@20"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert systems["clip-cn"]["metrics"]["M-MRR@1"] > 0.8
    assert systems["srs"]["metrics"]["M-MRR@1"] > 0.8
    assert systems["global-pop"]["metrics"]["M-MRR@1"] < 0.3
    assert systems["global-pop"]["metrics"]["M-MRR@20"] < 0.4
    assert systems["clip-cn"]["ms_per_query"]["encoder_p50"] > 0
    assert systems["blip2"]["ms_per_query"]["encoder_p50"] == 0
    for name in names:
        assert (tmp_path / "out" / "runs" / f"{name}.trec").exists()


def test_each_says_what_it_lacks(folder, tmp_path):
    settings = Settings(data_dir=tmp_path / "data", ocr_engine="none", evaluation_clip_model=str(tmp_path))
    run_evaluation(folder, tmp_path / "out", settings, Options(("global-pop", "blip2", "clip-cn", "srs"), tune=False))
    systems = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["systems"]
    assert "PERSRV_EVALUATION_BLIP2_MODEL" in systems["blip2"]["not_run"]
    assert "PERSRV_EVALUATION_CLIP_MODEL" in systems["clip-cn"]["not_run"]
    assert "is a folder without config.json" in systems["clip-cn"]["not_run"]
    assert "PERSRV_EVALUATION_SRS_EPOCHS" in systems["srs"]["not_run"]
