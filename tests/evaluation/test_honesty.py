"""Nothing of test reaches a system, nothing of valid reaches anything but the tuning, and a seed fixes every digit."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from persrv.domain.dataset import Interaction
from persrv.evaluation.evaluate import Plan, evaluate
from persrv.evaluation.pairs import pairs_of
from persrv.evaluation.report_json import digest, plain_report
from persrv.evaluation.run_files import read_run, run_lines
from persrv.evaluation.scoring import TABLE_METRICS, score
from persrv.evaluation.systems.persrv import PerSRV
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.tuning import tune
from tests.evaluation.conftest import drawn


@pytest.fixture
def run(open_index):
    def run_one(data, learnt, **plan):
        return evaluate(data, learnt, Plan(open_index=open_index, others={}, **plan))

    return run_one


def poisoned(data):
    """The same test questions with every answer turned about, and new ones that name a sticker a thousand times."""
    docids = data.stickers.docids
    turned = tuple(replace(row, docid=docids[-1 - data.stickers.row(row.docid)]) for row in data.test)
    more = tuple(Interaction(f"u{number % 6}", "笑", docids[0]) for number in range(1_000))
    return replace(data, test=(*turned, *more))


def test_a_poisoned_test_part_meets_an_identical_model(run, tmp_path):
    data, learnt = drawn(1, tmp_path)
    clean, bad = run(data, learnt), run(poisoned(data), learnt)
    assert clean.report.tuning == bad.report.tuning
    assert clean.report.settings == bad.report.settings
    asked = {(pair.user, pair.query): place for place, pair in enumerate(bad.pairs)}
    for name, before in clean.runs.items():
        after = bad.runs[name]
        for place, pair in enumerate(clean.pairs):
            assert list(after.rankings[asked[pair.user, pair.query]]) == list(before.rankings[place]), name
    # The poison did arrive: the figures differ.
    assert clean.report.systems["persrv"].metrics != bad.report.systems["persrv"].metrics


def test_the_validation_part_reaches_the_weights_alone(run, tmp_path):
    data, learnt = drawn(2, tmp_path)
    turned = replace(data, valid=poisoned(replace(data, test=data.valid)).test)
    clean, bad = run(data, learnt, tune=False), run(turned, learnt, tune=False)
    for name, before in clean.runs.items():
        assert [list(each) for each in bad.runs[name].rankings] == [list(each) for each in before.rankings], name


def test_tuning_never_sees_the_test_part_and_ends_where_valid_is_best(open_index, tmp_path):
    data, learnt = drawn(4, tmp_path)
    index = RecallIndex(open_index)
    index.fit(learnt)
    from persrv.evaluation.systems.persrv import PerSRVSettings

    settings, steps = tune(index, learnt, pairs_of(data.valid), PerSRVSettings())
    system = PerSRV(index, settings)
    system.fit(learnt)
    valid = pairs_of(data.valid)
    rankings = [[docid for docid, _ in system.rank(pair.user, pair.query, 100)] for pair in valid]
    reached = score(rankings, valid).by_user(["M-MRR@20"])["M-MRR@20"]
    last = steps[-1]
    assert reached == max(trial.score for trial in last.trials)
    for before, after in pairwise(steps):
        if before.row == after.row:  # each step begins where the one before it ended
            assert after.trials[0].score >= max(trial.score for trial in before.trials) - 1e-12
    index.close()


def test_the_same_seed_gives_the_same_report_to_the_last_digit(run, tmp_path):
    data, learnt = drawn(5, tmp_path)
    one, two = (plain_report(run(data, learnt).report) for _ in range(2))
    assert digest(one) == digest(two)
    other = plain_report(run(data, replace(learnt, seed=1)).report)
    assert digest(other) != digest(one)


def test_the_digest_is_the_same_however_the_datasets_path_is_typed(run, tmp_path):
    data, learnt = drawn(5, tmp_path)
    one = run(data, learnt, systems=("global-pop",)).report
    typed = replace(one, dataset=replace(one.dataset, source="../elsewhere/./set"))
    assert digest(plain_report(typed)) == digest(plain_report(one))
    smaller = replace(one, dataset=replace(one.dataset, stickers=3))
    assert digest(plain_report(smaller)) != digest(plain_report(one))


def test_every_figure_can_be_computed_again_from_the_run_file(run, tmp_path):
    evaluation = run(*drawn(6, tmp_path))
    for name, found in evaluation.runs.items():
        read = read_run(run_lines(evaluation.pairs, found.rankings))
        rankings = [[docid for docid, _ in read.get((pair.user, pair.query), ())] for pair in evaluation.pairs]
        again = score(rankings, evaluation.pairs).by_user(TABLE_METRICS)
        assert again == evaluation.report.systems[name].metrics


def test_a_system_that_cannot_be_run_says_why_and_has_no_figure(run, tmp_path, open_index):
    from persrv.errors import ConfigurationError
    from persrv.evaluation.report import NotRun

    def opener():
        raise ConfigurationError(["srs needs torch: pip install 'persrv[clip]'"])

    data, learnt = drawn(7, tmp_path)
    evaluation = evaluate(data, learnt, Plan(open_index=open_index, others={"srs": opener}))
    assert evaluation.report.systems["srs"] == NotRun("srs needs torch: pip install 'persrv[clip]'")
    assert "srs" not in evaluation.runs
    plain = plain_report(evaluation.report)
    assert plain["systems"]["srs"] == {"not_run": "srs needs torch: pip install 'persrv[clip]'"}


def test_style_helps_people_with_one_and_the_ablation_shows_each_module(run, tmp_path):
    evaluation = run(*drawn(8, tmp_path, stickers=300, read=1), ablation=True)
    rows = {row.key: row.metrics for row in evaluation.report.ablation}
    assert rows["2-history"]["M-MRR@20"] >= rows["1-ocr"]["M-MRR@20"]
    assert rows["5-personal"]["M-MRR@20"] > rows["4-utility"]["M-MRR@20"]
    assert rows["5-personal"] == evaluation.report.systems["persrv"].metrics
    assert rows["2-history"] == evaluation.report.systems["bm25-ocr"].metrics
    comparison = next(each for each in evaluation.report.significance["persrv"] if each.metric == "M-MRR@20")
    assert comparison.win > comparison.loss
    assert comparison.p < 0.05
