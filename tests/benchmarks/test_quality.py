"""A small run of the figures for docs/results.md, and that the protocols are what the page says."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.groups import group_people
from benchmarks.quality.folders import choices_by_pack, held_out, live_log, mistyped, stripped
from benchmarks.quality.measure import Bench
from benchmarks.quality.page import command, page
from benchmarks.quality.slips import SLIPS, as_pinyin, homophone, traditional, typo
from benchmarks.quality.spared import spared
from persrv.evaluation.pairs import Pair
from persrv.recall.vocabulary import is_han

WORDS = ("开心", "想哭", "加油", "晚安", "生日快乐", "谢谢", "对不起", "happy", "good night", "party")
HEAD = ("uid", "query", "docid")
RESULTS = Path(__file__).parents[2] / "docs" / "results.md"


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, head, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture
def source(tmp_path):
    """Forty stickers that say something, 400 clicks of four people on what says what they typed."""
    folder, chance = tmp_path / "source", random.Random(4)
    folder.mkdir()
    stickers = [{"id": f"s{n}", "ocr": WORDS[n % len(WORDS)], "set": f"p{n % 4}"} for n in range(40)]
    (folder / "stickers.jsonl").write_text("\n".join(json.dumps(each) for each in stickers), "utf-8")
    log = []
    for second in range(400):
        word = chance.randrange(len(WORDS))
        log.append((f"u{chance.randrange(4)}", WORDS[word], f"s{word + len(WORDS) * chance.randrange(4)}", second))
    write(folder / "clicks_raw.csv", (*HEAD, "ts"), log)
    distinct = list(dict.fromkeys(row[:3] for row in log))
    chance.shuffle(distinct)
    tenth = len(distinct) // 10
    for name, some in (
        ("train", distinct[2 * tenth :]),
        ("valid", distinct[:tenth]),
        ("test", distinct[tenth:][:tenth]),
    ):
        write(folder / f"{name}.csv", HEAD, some)
    return folder


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "zh.csv"
    labels = [(f"s{n}", ",".join((WORDS[n % 7], WORDS[(n + 1) % 7], f"{WORDS[n % 7]}了"))) for n in range(30)]
    write(path, ("sticker_id", "labeled_queries"), labels)
    return path


def test_a_live_log_is_cut_by_time_and_loses_nothing(source, tmp_path):
    folder = live_log(source, tmp_path / "live", 300)
    train, test = rows_of(folder / "train.csv"), rows_of(folder / "test.csv")
    assert max(int(row["ts"]) for row in train) < 300 <= min(int(row["ts"]) for row in test)
    assert len(train) + len(test) == 400


def test_stripped_stickers_have_no_click_left_but_those_that_are_asked_for(source, tmp_path):
    folder = stripped(source, tmp_path / "stripped", 0)
    asked = {row["docid"] for row in rows_of(folder / "test.csv")}
    assert asked
    assert not asked & {row["docid"] for part in ("train", "valid") for row in rows_of(folder / f"{part}.csv")}
    assert (
        stripped(source, tmp_path / "again", 0).joinpath("test.csv").read_bytes() == (folder / "test.csv").read_bytes()
    )


def test_a_fifth_of_the_labels_is_held_out(labels, tmp_path):
    folder = held_out(labels, tmp_path / "held", 1)
    assert len(rows_of(folder / "test.csv")) == 18
    assert len(rows_of(folder / "train.csv")) == 72


def test_slips_are_what_they_are_called():
    chance = random.Random(1)
    assert as_pinyin("开心", chance) == "kaixin"
    assert as_pinyin("happy", chance) is as_pinyin("笑", chance) is None
    assert traditional("开心", chance) == "開心"
    assert traditional("你好", chance) is None
    for _ in range(20):
        other = homophone("事物", chance)
        assert other != "事物"
        assert as_pinyin(other, chance) == "shiwu"
        assert abs(len(typo("happy", chance) or "happy") - 5) <= 1
        assert is_han(typo("生日快乐", chance) or "生")


@pytest.mark.parametrize("slip", SLIPS)
def test_mistyped_queries_ask_for_the_same_stickers_as_the_clean_ones(source, tmp_path, slip):
    count = mistyped(source, tmp_path / "typed", tmp_path / "clean", SLIPS[slip], most=8, seed=0)
    typed, clean = (rows_of(tmp_path / name / "test.csv") for name in ("typed", "clean"))
    assert [(row["uid"], row["docid"]) for row in typed] == [(row["uid"], row["docid"]) for row in clean]
    assert 0 < count <= 8
    assert all(one["query"] != other["query"] for one, other in zip(typed, clean, strict=True))


def test_people_are_told_apart_by_how_their_choices_spread_over_packs():
    """Packs of 300 and 100: chi-square of 60 to 40 against 75 to 25 is 12, p .0005; of 70 to 30 it is 4/3, p .25."""
    chosen = {"fond": Counter(a=60, b=40), "plain": Counter(a=70, b=30), "new": Counter(a=0, b=19)}
    groups = group_people(chosen, {"a": 300, "b": 100})
    assert (groups.with_style, groups.without, groups.cold) == ({"fond"}, {"plain"}, {"new"})


def test_choices_by_pack_are_those_of_train(source):
    chosen, sizes = choices_by_pack(source)
    assert sizes == {f"p{n}": 10 for n in range(4)}
    assert sum(counts.total() for counts in chosen.values()) == len(rows_of(source / "train.csv"))


def test_what_style_costs_is_the_mean_over_a_persons_pairs_then_over_people():
    """u1 gains 1 - 1/2 on one of two pairs, u2 loses 1 - 1/3 on the only one: (1/4 - 2/3) / 2. u3 does not count."""
    asked = (("u1", "a"), ("u1", "b"), ("u2", "a"), ("u3", "a"))
    pairs = [Pair(user, query, frozenset({"x"})) for user, query in asked]
    served = [["x", "y", "z"], ["y", "x", "z"], ["y", "z", "x"], ["x", "y", "z"]]
    plain = [["y", "x", "z"], ["y", "x", "z"], ["x", "y", "z"], ["y", "x", "z"]]
    found = spared({"u1", "u2"}, pairs, served, plain, seed=0)
    assert (found.people, found.pairs, found.changed) == (2, 3, 2)
    assert found.gain == pytest.approx((1 / 4 - 2 / 3) / 2)
    assert found.low == pytest.approx((0 - 2 / 3) / 2)  # both draws of u1 are the pair without a gain
    assert found.high == pytest.approx((1 / 2 - 2 / 3) / 2)
    assert spared({"nobody"}, pairs, served, plain, seed=0) is None


def test_the_same_rankings_cost_nothing_in_any_draw():
    pairs = [Pair("u1", query, frozenset({"x"})) for query in "abc"]
    rankings = [["y", "x"]] * 3
    found = spared({"u1"}, pairs, rankings, rankings, seed=0)
    assert (found.changed, found.gain, found.low, found.high) == (0, 0.0, 0.0, 0.0)


def test_the_page_names_the_options_that_write_it_again():
    alone = "python -m benchmarks.quality --stickerqueries DIR"
    assert command({"zh"}) == alone
    assert command({"split", "live", "stripped", "zh", "en"}) == alone.replace(
        "--stickerqueries", "--stickerbench DIR --stickerqueries"
    )
    assert f"Written by `{command({'split', 'zh'})}` from" in RESULTS.read_text("utf-8")


@pytest.mark.slow
def test_the_page_has_every_protocol_and_says_what_was_reached(source, labels, tmp_path):
    bench = Bench(tmp_path / "work", tmp_path / "data")
    found = {
        "split": bench.split(source),
        "live": bench.live(source, cut=300),
        "stripped": bench.without_clicks(source),
        "zh": bench.labels(labels, seeds=(0, 1)),
    }
    forgiveness = bench.forgiveness(source, most=8)
    text = page(found, forgiveness)
    assert text.count("| `persrv-plus` |") == len(found)
    assert "± " in text
    assert text.count("| people without a style, against the order without style | at least 0.000 |") == 2
    assert f"of {found['live'].without_style.people} the train clicks spread over the packs" in text
    assert "persrv-plus without forgiving" in text
    assert all(f"| {slip} |" in text for slip in SLIPS)
    pinyin = forgiveness.slips[0]
    assert pinyin.forgiving > 0.5 > pinyin.strict
    assert page(found, forgiveness) == text
