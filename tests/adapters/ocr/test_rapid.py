"""RapidOCR, really reading stickers drawn here."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageDraw

from persrv.adapters.ocr import open_ocr
from persrv.adapters.ocr import rapid as module
from persrv.adapters.ocr.rapid import RapidOcrEngine
from persrv.errors import ConfigurationError, OcrFailed
from persrv.ports.media import Frames
from persrv.semantics.ocr import ocr_text

CAPTIONS = ["早上好", "想哭没眼泪", "good night", "NO WAY!"]


@pytest.fixture
def read(rapid, easel):
    return lambda *pictures: ocr_text(rapid.read(easel.frames(*pictures)))


@pytest.mark.parametrize("text", CAPTIONS)
@pytest.mark.parametrize(
    "style",
    [
        {"fill": "black"},
        {"fill": "white"},
        {"fill": "#808080"},
        {"fill": "#e02020"},
        {"fill": "white", "outline": "black", "width": 5},
        {"fill": "black", "outline": "white", "width": 6},
        {"fill": "white", "degrees": 8},
        {"fill": "black", "degrees": -12},
    ],
    ids=lambda style: " ".join(map(str, style.values())),
)
def test_a_caption_on_transparency_is_read(read, easel, text, style):
    assert read(easel.letter(easel.blank(), text, **style)) == text


@pytest.mark.parametrize("text", CAPTIONS)
def test_white_lettering_on_white_is_read_by_its_outline(read, easel, text):
    picture = easel.blank("white")
    assert read(easel.letter(picture, text, fill="white", outline="black", width=4)) == text


@pytest.mark.parametrize("text", CAPTIONS)
@pytest.mark.parametrize("eyes", ["round", "cross"])
def test_a_caption_under_a_face_is_read_and_the_face_is_not(read, easel, text, eyes):
    picture = easel.face(easel.blank(), eyes)
    assert read(easel.letter(picture, text, fill="white", outline="black", width=5, centre=(256, 455))) == text


@pytest.mark.parametrize("text", ["好开心", "thank you"])
def test_a_caption_over_a_drawing_is_read(read, easel, text):
    picture = easel.face(easel.blank())
    # Thick outlines close the gap between words, and the recogniser may lose the blank.
    assert text.replace(" ", "") in read(
        easel.letter(picture, text, fill="white", outline="black", width=7, centre=(256, 330))
    ).replace(" ", "")


@pytest.mark.parametrize("text", ["火山", "hello"])
def test_a_caption_at_the_very_edge_is_read(read, easel, text):
    assert read(easel.letter(easel.blank(), text, size=64, centre=(256, 478))) == text


def test_white_and_black_lettering_on_one_sticker_are_both_read_from_top_to_bottom(read, easel):
    picture = easel.letter(easel.blank(), "晚安", fill="white", centre=(256, 90))
    assert read(easel.letter(picture, "good night", centre=(256, 420))) == "晚安\ngood night"


@pytest.mark.parametrize("eyes", ["round", "cross"])
def test_a_face_without_a_caption_says_nothing(read, easel, eyes):
    assert read(easel.face(easel.blank(), eyes)) == ""
    assert read(easel.face(easel.blank("white"), eyes, radius=240, centre=(256, 256))) == ""


def test_shapes_like_digits_and_letters_say_nothing(read, easel):
    picture = easel.blank()
    draw = ImageDraw.Draw(picture)
    for x in (130, 300):
        draw.ellipse((x, 180, x + 90, 320), outline="black", width=16)
    assert read(picture) == ""
    windows = easel.blank()
    draw = ImageDraw.Draw(windows)
    draw.rectangle((60, 60, 450, 450), fill="#6a7a99")
    for x in range(100, 400, 90):
        for y in range(100, 400, 90):
            draw.rectangle((x, y, x + 50, y + 50), fill="#ffe9a0", outline="#333333", width=4)
    assert read(windows) == ""


def test_nothing_drawn_says_nothing(read, easel, rapid):
    assert read(easel.blank()) == ""
    assert read(easel.blank("white")) == ""
    assert rapid.read(Frames(np.zeros((0, 4, 4, 4), np.uint8), np.zeros(0, np.float32), 0.0)) == ()
    assert rapid.read(Frames(np.full((1, 1, 1, 4), 255, np.uint8), np.zeros(1, np.float32), 0.0)) == ()


def test_the_lines_of_an_animated_sticker_are_merged(read, easel):
    words = ["生日", "生日快", "生日快乐", "生日快乐"]
    pictures = [
        easel.letter(easel.letter(easel.blank(), word, fill="white"), "party", centre=(256, 100)) for word in words
    ]
    assert read(*pictures) == "party\n生日快乐"


def test_captions_that_take_turns_are_read_in_order_of_time(read, easel):
    pictures = [easel.letter(easel.face(easel.blank()), word, centre=(256, 455)) for word in ("等一下", "我来了")]
    assert read(*pictures) == "等一下\n我来了"


def test_a_line_has_a_score_and_a_place(rapid, easel):
    (line,) = rapid.read(easel.frames(easel.letter(easel.blank(), "早上好", centre=(256, 256))))
    assert 0.9 < line.score <= 1
    assert (line.box.left < 0.3, line.box.right > 0.7) == (True, True)
    assert (line.box.top < 0.4, line.box.bottom > 0.6) == (True, True)


def test_the_version_names_package_model_and_way_of_reading(rapid):
    assert rapid.name == "rapidocr"
    package, model, reading = rapid.version.split()
    assert package.startswith("3.")
    assert (model, reading) == ("PP-OCRv6-small", "reading-1")


def test_reading_goes_to_no_network_and_prints_nothing(easel, offline, capfd):
    engine = open_ocr("rapidocr", 1)
    assert ocr_text(engine.read(easel.frames(easel.letter(easel.blank(), "早上好")))) == "早上好"
    engine.read(easel.frames(easel.blank("white")))
    engine.close()
    assert capfd.readouterr() == ("", "")


def test_one_thread_takes_one_core_and_half_a_second_at_most(rapid, easel):
    frames = easel.frames(easel.letter(easel.face(easel.blank()), "想哭没眼泪", centre=(256, 455)))
    rapid.read(frames)
    costs = []
    for _ in range(5):
        wall, cpu = time.perf_counter(), time.process_time()
        rapid.read(frames)
        costs.append((time.process_time() - cpu, time.perf_counter() - wall))
    for part in (rapid._engine.text_det, rapid._engine.text_rec):
        assert part.session.session.get_session_options().intra_op_num_threads == 1
    assert min(cpu for cpu, _ in costs) < 0.5
    assert sum(cpu for cpu, _ in costs) < 1.3 * sum(wall for _, wall in costs)


def test_a_closed_engine_says_so(easel):
    engine = RapidOcrEngine(1)
    engine.close()
    engine.close()
    with pytest.raises(OcrFailed, match="closed"):
        engine.read(easel.frames(easel.letter(easel.blank(), "hello")))


def test_a_picture_that_breaks_the_engine_is_one_failure(easel):
    engine = RapidOcrEngine(1)

    def broken(_picture, **_options):
        raise ValueError("bad tensor")

    engine._engine = broken
    with pytest.raises(OcrFailed, match="bad tensor"):
        engine.read(easel.frames(easel.letter(easel.blank(), "hello")))


def test_a_wheel_without_weights_is_an_error_that_names_the_setting(monkeypatch, offline):
    monkeypatch.setattr(module, "DETECTOR_FILE", "gone.onnx")
    with pytest.raises(ConfigurationError, match=r"PERSRV_OCR_ENGINE=rapidocr.*gone\.onnx"):
        RapidOcrEngine(1)


def test_weights_that_are_damaged_are_an_error_that_names_the_setting(monkeypatch, tmp_path: Path):
    for name in (module.DETECTOR_FILE, module.RECOGNISER_FILE):
        (tmp_path / name).write_bytes(b"no model")
    monkeypatch.setattr(
        module, "wheel_models", lambda: (tmp_path / module.DETECTOR_FILE, tmp_path / module.RECOGNISER_FILE)
    )
    with pytest.raises(ConfigurationError, match="PERSRV_OCR_ENGINE=rapidocr"):
        RapidOcrEngine(1)
