"""The report's page: whole, without a network, and safe whatever a dataset holds."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace

import pytest

from persrv.adapters.search import MemoryStickerIndex
from persrv.evaluation.cases import pick_cases
from persrv.evaluation.evaluate import Plan, evaluate
from persrv.evaluation.generation import Generation
from persrv.evaluation.page import render_page
from persrv.evaluation.page.charts import ABREAST, tuning_chart
from persrv.evaluation.reported import PAPER
from persrv.evaluation.tuning import Trial, TuningStep
from persrv.semantics.likeness import NO_BLEU, NO_ENCODER, Answer, measure
from tests.evaluation.conftest import drawn

DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """An evaluation and its page, which no test changes."""
    plan = Plan(open_index=lambda _name: MemoryStickerIndex(), others={}, ablation=True)
    evaluation = evaluate(*drawn(1, tmp_path_factory.mktemp("page")), plan)
    cases = pick_cases(evaluation.pairs, evaluation.ablation_runs, {})
    assert cases
    return evaluation, render_page(evaluation.report, cases, lambda docid: DOT)


def test_the_page_holds_every_figure_and_the_papers_beside_it(page):
    evaluation, text = page
    for name in evaluation.runs:
        assert f"{evaluation.report.systems[name].metrics['M-MRR@20']:.4f}" in text
    assert "0.3020" in text  # persrv in the paper's table 4
    assert "543,098" in text
    for sentence in PAPER.contradictions:
        assert sentence.split(",")[0] in text


def test_the_page_asks_for_nothing_outside_of_itself(page):
    _, text = page
    addresses = re.findall(r'(?:src|href|url)\s*[=(]\s*"?([^")\s>]+)', text)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses), addresses
    assert "<script" not in text


def test_the_same_report_gives_the_same_page(page):
    evaluation, text = page
    cases = pick_cases(evaluation.pairs, evaluation.ablation_runs, {})
    assert render_page(evaluation.report, cases, lambda docid: DOT) == text


def test_a_query_that_is_markup_stays_text(page):
    evaluation, _ = page
    picked = pick_cases(evaluation.pairs, evaluation.ablation_runs, {})
    cases = [replace(case, query="<img src=x onerror=alert(1)>") for case in picked]
    text = render_page(evaluation.report, cases, lambda docid: None)
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


def test_a_chosen_sticker_is_shown_wherever_it_was_ranked(page):
    evaluation, _ = page
    case = pick_cases(evaluation.pairs, evaluation.ablation_runs, {})[0]
    text = render_page(evaluation.report, [replace(case, chosen=frozenset({"far away"}))], lambda docid: None)
    assert text.count('title="far away, chosen"') == 1


def unmeasured():
    nothing = measure([Answer("hello", ("hi",), has_text=True)], None, None)
    return Generation(nothing, nothing, NO_BLEU, NO_ENCODER)


def test_why_cells_of_table_6_are_empty_is_said_once(page):
    text = render_page(replace(page[0].report, generation=unmeasured()), [], lambda docid: None)
    assert text.count("sacrebleu is not installed") == text.count("there is no text encoder") == 1
    assert "<td>–</td><td>–</td><td>–</td></tr>" in text
    assert "–: not measured, as sacrebleu is not installed" in text


def test_more_panels_of_the_tuning_chart_make_it_taller_and_not_wider():
    def size(count):
        steps = [TuningStep(f"weight {n}", "row", (Trial(0.0, 0.1), Trial(1.0, 0.2)), 1.0) for n in range(count)]
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', tuning_chart(steps))
        return float(box[1]), float(box[2])

    (width, height), (many_width, many_height) = size(ABREAST), size(15)
    assert many_width == pytest.approx(width, rel=0.02)
    assert many_height > 3 * height


@pytest.mark.browser
def test_nothing_is_cut_off_on_paper(page, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("REQUIRE_BROWSER"):
        pytest.skip("no Chromium on the PATH")
    from playwright.sync_api import sync_playwright

    report = page[0].report
    systems = dict.fromkeys(PAPER.table_4, report.systems["persrv"])  # all of them, as where all extras are there
    report = replace(report, systems={**systems, "persrv-plus": report.systems["persrv"]}, generation=unmeasured())
    (tmp_path / "report.html").write_text(render_page(report, [], lambda docid: None), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 186 * 96 * 10 // 254, "height": 1_000})  # A4 within its margins
        tab.emulate_media(media="print")
        tab.goto((tmp_path / "report.html").as_uri())
        widths = tab.evaluate("[...document.querySelectorAll('.scroll')].map(e => [e.scrollWidth, e.clientWidth])")
        assert widths
        assert all(inside <= frame for inside, frame in widths), widths
        assert tab.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
        tab.emulate_media(media="screen")
        tab.set_viewport_size({"width": 1_100, "height": 800})
        tables = tab.evaluate("[...document.querySelectorAll('.scroll')].map(e => e.scrollWidth - e.clientWidth)")
        assert sum(tables[-2:]) == 0  # table 6 and table 7
        browser.close()


@pytest.mark.browser
def test_a_browser_shows_it_without_a_request_or_an_error(page, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("REQUIRE_BROWSER"):
        pytest.skip("no Chromium on the PATH")
    from playwright.sync_api import sync_playwright

    (tmp_path / "report.html").write_text(page[1], "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        asked, errors = [], []
        tab.on("request", lambda sent: asked.append(sent.url))
        tab.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        tab.goto((tmp_path / "report.html").as_uri())
        assert tab.locator("svg.chart").count() == 4
        assert tab.locator(".case img").count() > 0
        assert tab.locator("svg.chart").first.bounding_box()["width"] > 200
        # On a telephone tables scroll inside their frames, not the page.
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors == []
