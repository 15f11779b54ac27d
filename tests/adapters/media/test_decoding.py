"""What comes out of each kind of file, and what bad files are told. In this process: these do not crash."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from persrv.adapters.media.decoding import decode, sniff
from persrv.adapters.media.lottie import unpack
from persrv.adapters.media.pictures import webp_size
from persrv.adapters.media.sampling import fitted, spread
from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaTooLarge
from persrv.ports.media import FrameLimits

STATIC, ANIMATED, VIDEO = StickerFormat.STATIC, StickerFormat.ANIMATED, StickerFormat.VIDEO


def run(data, format, frames=4, size=64, **limits):
    return decode(data, format, frames=frames, size=size, limits=FrameLimits(**limits))


def near(pixel, colour, tolerance=4):
    assert np.abs(np.asarray(pixel, int) - colour).max() <= tolerance, (pixel, colour)


# --- what good files give ---


@pytest.mark.parametrize("format", list(StickerFormat))
def test_every_format_keeps_its_colours_and_its_straight_alpha(samples, art, format):
    frames = run(samples[format], format)
    assert frames.pixels.dtype == np.uint8
    assert frames.pixels.shape[1:] == (64, 64, 4)
    for picture in frames.pixels:
        near(picture[32, 12], art.RED)
        near(picture[32, 52], art.GLASS)


def test_a_fully_transparent_part_of_a_video_stays_transparent(art):
    frames = run(art.webm(pixels=[art.halves(right=art.CLEAR)] * 3), VIDEO)
    assert frames.pixels[0, 32, 52, 3] <= 2
    near(frames.pixels[0, 32, 12], art.RED)


def test_a_vp8_video_keeps_its_alpha_too(art):
    near(run(art.webm(codec="libvpx"), VIDEO).pixels[0, 32, 52], art.GLASS, tolerance=8)


def test_a_video_keeps_its_frames_in_their_order(art):
    # Eight frames at 10 a second, brighter and brighter; four of them are those at 0, .2, .4 and .6 s.
    greys = [(level, level, level, 255) for level in range(20, 180, 20)]
    frames = run(art.webm(pixels=[art.halves(left=grey, right=grey) for grey in greys]), VIDEO)
    assert frames.times.tolist() == pytest.approx([0, 0.2, 0.4, 0.6])
    assert frames.duration == pytest.approx(0.8, abs=0.002)
    assert frames.pixels[:, 32, 32, 0].tolist() == pytest.approx([20, 60, 100, 140], abs=4)


def test_an_animated_sticker_shows_each_layer_in_its_time(art):
    early = art.layer([art.rectangle(0, 0, 256, 512, art.RED)], 0, 20)
    late = art.layer([art.rectangle(256, 0, 256, 512, art.GLASS)], 40, 60)
    frames = run(art.tgs(art.lottie([early, late])), ANIMATED, frames=2)
    assert frames.times.tolist() == pytest.approx([0, 0.5])
    assert frames.duration == pytest.approx(1.0)
    near(frames.pixels[0, 32, 12], art.RED)
    assert frames.pixels[:, 32, 52, 3].tolist() == [0, 0]
    frames = run(art.tgs(art.lottie([early, late])), ANIMATED, frames=4)
    near(frames.pixels[3, 32, 52], art.GLASS)
    assert frames.pixels[3, 32, 12, 3] == 0


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "PNG"])
def test_an_animated_picture_gives_frames_spread_by_time(art, kind):
    colours = [art.RED, (0, 255, 0, 255), (0, 0, 255, 255)]
    frames = run(art.animated_picture(kind, colours, [600, 200, 200]), STATIC, frames=3)
    assert frames.times.tolist() == pytest.approx([0, 0.6, 0.8])
    assert frames.duration == pytest.approx(1.0)
    for picture, colour in zip(frames.pixels, colours, strict=True):
        near(picture[32, 12], colour)
        assert picture[32, 52, 3] == 0
    # Two of them: what is on screen at 0 s and at .5 s is the same first frame.
    assert len(run(art.animated_picture(kind, colours, [600, 200, 200]), STATIC, frames=2).times) == 1


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("GIF", "RGB")])
def test_a_static_sticker_may_be_another_kind_of_picture(art, kind, mode):
    frames = run(art.picture(kind, mode, right=(0, 0, 255, 255)), STATIC)
    near(frames.pixels[0, 32, 12], art.RED)
    near(frames.pixels[0, 32, 52], (0, 0, 255, 255))
    assert (frames.times.tolist(), frames.duration) == ([0.0], 0.0)


def test_a_still_in_any_format_has_one_frame_and_no_duration(art):
    for data, format in [
        (art.webm(frames=1), VIDEO),
        (art.tgs(art.lottie(op=1)), ANIMATED),
        (art.picture(), STATIC),
    ]:
        frames = run(data, format)
        assert (len(frames.pixels), frames.times.tolist(), frames.duration) == (1, [0.0], 0.0)


def test_the_longer_side_becomes_the_wanted_size_both_up_and_down(art):
    assert run(art.picture(width=40, height=20), STATIC, size=100).pixels.shape == (1, 50, 100, 4)
    assert run(art.picture(width=200, height=400), STATIC, size=100).pixels.shape == (1, 100, 50, 4)
    wide = [art.halves(width=64, height=32)] * 2
    assert run(art.webm(pixels=wide), VIDEO, size=100).pixels.shape == (2, 50, 100, 4)
    assert run(art.tgs(art.lottie(h=256)), ANIMATED, size=100).pixels.shape == (4, 50, 100, 4)
    assert fitted(4000, 1, 64) == (64, 1)


def test_colours_hidden_under_transparency_do_not_bleed_into_the_outline(art):
    # Opaque red beside fully transparent green, made smaller: a careless resize gives a brownish edge.
    frames = run(art.picture(left=art.RED, right=(0, 255, 0, 0), width=130, height=130), STATIC, size=20)
    shown = frames.pixels[frames.pixels[..., 3] > 0]
    assert shown[:, 1].max() == 0
    assert shown[:, 0].min() == 255


def test_a_photograph_is_turned_upright(art):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    Image.fromarray(art.halves()).convert("RGB").save(file, "JPEG", exif=exif)
    frames = run(file.getvalue(), STATIC)
    near(frames.pixels[0, 12, 32], art.RED)  # left has become top


# --- which frames ---


def test_few_frames_are_all_kept():
    assert spread([0.0, 0.1, 0.2], 0.3, 5) == [0, 1, 2]


def test_kept_frames_are_those_on_screen_at_even_steps():
    starts = [i * 0.1 for i in range(10)]
    assert spread(starts, 1.0, 5) == [0, 2, 4, 6, 8]
    assert spread(starts, 1.0, 1) == [0]
    assert spread([0.0, 0.9, 0.95], 1.0, 2) == [0]


@pytest.mark.parametrize("total", [2, 7, 60, 180, 599])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_equally_long_frames_are_kept_at_the_exact_fractions(total, count):
    starts = [index / 60 for index in range(total)]
    expected = list(range(total)) if total <= count else [i * total // count for i in range(count)]
    assert spread(starts, total / 60, count) == expected


# --- what bad files are told ---


@pytest.mark.parametrize(("held", "claimed"), list(itertools.permutations(StickerFormat, 2)))
def test_a_mislabelled_file_is_corrupt_and_the_message_says_what_it_holds(samples, held, claimed):
    with pytest.raises(MediaCorrupt, match=r"should be .* but holds a"):
        run(samples[held], claimed)


@pytest.mark.parametrize("format", list(StickerFormat))
@pytest.mark.parametrize("data", [b"", b"\x1f", b"hello", b"<svg/>", b"%PDF-1.7", bytes(100)])
def test_something_else_altogether_is_corrupt(format, data):
    with pytest.raises(MediaCorrupt, match="something else"):
        run(data, format)


@pytest.mark.parametrize("format", list(StickerFormat))
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7])
def test_a_file_that_is_cut_off_is_corrupt(samples, format, share):
    data = samples[format]
    cut = max(16, int(len(data) * share))
    if format is VIDEO and share > 0.3:
        # The frames that are there are whole: they are used, or the file is refused; nothing else.
        try:
            assert len(run(data[:cut], format).pixels) >= 1
        except MediaCorrupt:
            return
    else:
        with pytest.raises(MediaCorrupt):
            run(data[:cut], format)


def test_every_prefix_of_a_webp_is_refused_with_a_sentence(samples):
    data = samples[STATIC]
    for cut in range(12, len(data) - 2):
        with pytest.raises(MediaCorrupt, match=r"[.]$"):
            run(data[:cut], STATIC)


def test_too_many_bytes_are_refused(samples):
    with pytest.raises(MediaTooLarge, match="at most 10 are taken"):
        run(samples[STATIC], STATIC, max_bytes=10)


def test_a_gzip_bomb_is_too_large_and_never_unpacked():
    bomb = gzip.compress(b" " * 40_000_000, mtime=0)
    assert len(bomb) < 50_000
    with pytest.raises(MediaTooLarge, match="unpacks to more than 32000000 bytes"):
        run(bomb, ANIMATED)
    with pytest.raises(MediaTooLarge, match="unpacks to more than 1600000 bytes"):
        run(bomb, ANIMATED, max_bytes=100_000)


def test_unpacking_ends_exactly_at_its_cap():
    assert unpack(gzip.compress(b"x" * 1000), 1000) == b"x" * 1000
    with pytest.raises(MediaTooLarge):
        unpack(gzip.compress(b"x" * 1001), 1000)


def png_header(width, height):
    """A PNG that claims this size and holds nothing."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    claims = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", claims) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("sides", [(20_000, 20_000), (20_000, 300), (2049, 2048), (10_000, 10_000)])
def test_a_picture_of_20000_pixels_is_too_large(sides):
    with pytest.raises(MediaTooLarge, match="pixels"):
        run(png_header(*sides), STATIC)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 1}, {"quality": 1, "exif": b"Exif\0\0"}])
def test_a_huge_webp_is_refused_by_its_header_alone(options):
    file = io.BytesIO()
    Image.new("RGB", (16_383, 300)).save(file, "WEBP", method=0, **options)
    assert webp_size(file.getvalue()) == (16_383, 300)
    with pytest.raises(MediaTooLarge, match="16383 x 300 pixels"):
        run(file.getvalue()[:40], STATIC)


def test_a_video_that_is_too_wide_is_too_large(art):
    with pytest.raises(MediaTooLarge, match="64 x 64 pixels"):
        run(art.webm(), VIDEO, max_pixels=4095)


def test_too_many_frames_are_too_large_in_every_format(art):
    for data, format in [
        (art.webm(frames=6), VIDEO),
        (art.tgs(), ANIMATED),
        (art.animated_picture(colours=[(i, 0, 0, 255) for i in range(0, 60, 10)]), STATIC),
    ]:
        with pytest.raises(MediaTooLarge, match="frames"):
            run(data, format, max_frames=5)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"op": 10**9}, MediaTooLarge, "1000000000 frames"),
        ({"ip": -(10**9)}, MediaTooLarge, "frames"),
        ({"w": 100_000}, MediaTooLarge, "100000 x 512 pixels"),
        ({"w": 1e300, "h": 1e300}, MediaCorrupt, "size"),
        ({"w": 1e200, "h": 1e200}, MediaTooLarge, "pixels"),
        ({"w": 0}, MediaCorrupt, "impossible size"),
        ({"h": -5}, MediaCorrupt, "impossible size"),
        ({"fr": 0}, MediaCorrupt, "frame rate"),
        ({"fr": 1e9}, MediaCorrupt, "frame rate"),
        ({"fr": 10**400}, MediaCorrupt, "frame rate"),
        ({"op": 0}, MediaCorrupt, "length"),
        ({"w": "512"}, MediaCorrupt, "does not tell"),
        ({"w": True}, MediaCorrupt, "does not tell"),
        ({"ip": None}, MediaCorrupt, "does not tell"),
        ({"assets": [{"id": "i", "w": 9, "h": 9, "u": "/etc/", "p": "passwd", "e": 0}]}, MediaCorrupt, "refers"),
        ({"assets": {"0": {"p": "x"}}}, MediaCorrupt, "refers"),
    ],
)
def test_a_drawing_with_absurd_claims_is_refused_before_it_is_drawn(art, changes, error, says):
    with pytest.raises(error, match=says):
        run(art.tgs(art.lottie(**changes)), ANIMATED)


@pytest.mark.parametrize(
    "text",
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"w": NaN}', b"[" * 200_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000],
)
def test_a_gzip_without_a_drawing_is_corrupt(text):
    with pytest.raises(MediaCorrupt, match="animated sticker"):
        run(gzip.compress(text), ANIMATED)


def test_nothing_can_hide_from_the_checks_behind_a_doubled_key(art):
    # Python's parser keeps the last of two equal keys; rlottie obeys both, and would draw the first one's red.
    hidden = json.dumps([{"id": "a", "layers": [art.layer([art.rectangle(0, 0, 512, 512, art.RED)])]}])
    document = json.dumps(art.lottie([art.use("a")]))
    doubled = document.replace('"assets": []', f'"assets": {hidden}, "assets": []')
    seen = run(gzip.compress(document.replace('"assets": []', f'"assets": {hidden}').encode()), ANIMATED)
    near(seen.pixels[0, 32, 32], art.RED)
    assert run(gzip.compress(doubled.encode()), ANIMATED).pixels.max() == 0


def test_a_video_of_another_codec_is_corrupt(art):
    with pytest.raises(MediaCorrupt):
        run(art.webm().replace(b"V_VP9", b"V_AV1"), VIDEO)


def test_magic_bytes_tell_the_kinds_apart(samples, art):
    kinds = [sniff(samples[format]) for format in (STATIC, ANIMATED, VIDEO)]
    assert kinds == ["WEBP", "GZIP", "EBML"]
    assert [sniff(art.picture(kind, "RGB")) for kind in ("PNG", "JPEG", "GIF")] == ["PNG", "JPEG", "GIF"]
    assert sniff(b"RIFF\0\0\0\0WAVE") is None
