"""The report's page: whole, without a network, and safe whatever a dataset holds."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from persrv.evaluation.cases import pick_cases
from persrv.evaluation.evaluate import Plan, evaluate
from persrv.evaluation.page import render_page
from persrv.evaluation.reported import PAPER
from tests.evaluation.conftest import drawn

DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@pytest.fixture
def page(open_index, tmp_path):
    evaluation = evaluate(*drawn(1, tmp_path), Plan(open_index=open_index, others={}, ablation=True))
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
    from dataclasses import replace

    evaluation, _ = page
    picked = pick_cases(evaluation.pairs, evaluation.ablation_runs, {})
    cases = [replace(case, query="<img src=x onerror=alert(1)>") for case in picked]
    text = render_page(evaluation.report, cases, lambda docid: None)
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


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
