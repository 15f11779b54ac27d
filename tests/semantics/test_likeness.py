"""Table 6."""

import math

import numpy as np
import pytest

from persrv.semantics.likeness import NO_BLEU, NO_ENCODER, NO_STICKERS, Answer, measure


class Angles:
    """An encoder that reads an angle in degrees."""

    name = "angles"

    def encode(self, texts):
        angles = np.radians([float(text) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


ANSWERS = (
    Answer("0", ("0", "60"), has_text=True),  # cosines 1, .5
    Answer("0", ("90",), has_text=False),  # 0
    Answer(" ", ("0",), has_text=None),  # said nothing: 0
)


def test_cosines_are_means_over_stickers_and_split_by_text():
    measured = measure(ANSWERS, None, Angles())
    assert measured.cosine.overall.value == pytest.approx(0.75 / 3, abs=1e-6)
    assert measured.cosine.with_text.value == pytest.approx(0.75, abs=1e-6)
    assert measured.cosine.without_text.value == pytest.approx(0, abs=1e-6)
    assert measured.best_cosine.with_text.value == pytest.approx(1, abs=1e-6)
    assert [cell.stickers for cell in (measured.cosine.overall, measured.cosine.with_text)] == [3, 1]


def test_what_is_not_measured_says_why():
    measured = measure(ANSWERS, None, None)
    assert (measured.bleu.overall.value, measured.bleu.overall.not_measured) == (None, NO_BLEU)
    assert measured.cosine.with_text.not_measured == NO_ENCODER
    assert measure(ANSWERS[:1], None, Angles()).cosine.without_text.not_measured == NO_STICKERS


@pytest.mark.heavy
def test_bleu_takes_a_chinese_character_for_a_word():
    pytest.importorskip("sacrebleu", reason="needs the extra: pip install 'persrv[llava]'")
    from persrv.semantics.likeness import Bleu

    bleu = Bleu()
    assert bleu.score("我想哭", ["我想哭"]) == pytest.approx(1)
    assert bleu.score("Happy CAT", ["happy cat"]) == pytest.approx(1)
    assert bleu.score("开心", ["难过"]) < 0.5
    # By hand: three of four characters, two of three pairs, one of two triples, none of one quadruple (smoothed to
    # 1/2 by "exp": half of a hit), no brevity penalty.
    expected = math.exp((math.log(3 / 4) + math.log(2 / 3) + math.log(1 / 2) + math.log(1 / 2)) / 4)
    assert bleu.score("我想哭了", ["我想哭吧"]) == pytest.approx(expected, abs=1e-4)
    assert bleu.signature.startswith("nrefs:var|case:lc|")
    assert "tok:zh" in bleu.signature
    assert "eff:yes" in bleu.signature
    measured = measure([Answer("开心", ("开心",), has_text=True)], bleu, None)
    assert measured.bleu.with_text.value == pytest.approx(1)
