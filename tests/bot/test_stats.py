"""What /stats says of trials, in both languages."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest

from bot.handlers.stats import render
from bot.texts import languages, texts_for
from persrv.domain.trials import Compared, Explored, Team
from persrv.domain.trials import Credits as Chosen
from persrv.domain.usage import DayOfUse, Stock, Usage, Use, sum_up
from persrv.ranking.interleaving import compare

COMPARED = Compared("persrv-plus", "persrv")


def told(language: str, *chosen: Chosen, explored: Explored | None = None) -> str:
    comparison = compare(COMPARED, 1234, chosen)
    return render(Usage((), (), Stock(1, 1, 1, 1), (comparison,), explored), texts_for(language))


def wins(serving: int, rival: int) -> list[Chosen]:
    mine, theirs = Chosen(COMPARED, serving=1, first=Team.SERVING), Chosen(COMPARED, rival=1, first=Team.RIVAL)
    return [mine] * serving + [theirs] * rival


@pytest.mark.parametrize(("better", "chosen"), [("persrv-plus", wins(8, 0)), ("persrv", wins(0, 8))])
def test_who_is_preferred_is_named_once_luck_alone_would_seldom_give_it(better, chosen):
    text = told("en", *chosen)
    assert "answers mixed from both: 1,234" in text
    assert f"(p = 0.035)\nPeople prefer <b>{better}</b>; this is hardly luck, whenever you look." in text
    assert f"大家更喜欢 <b>{better}</b>" in told("zh", *chosen)


def test_too_few_choices_and_none_are_told_as_such():
    assert "<b>7 : 0</b>, neither: 0 (p = 0.062)\nSo far this may be luck." in told("en", *wins(7, 0))
    assert told("en").endswith("answers mixed from both: 1,234\nNobody has chosen from them yet.")
    assert told("zh").endswith("还没有人从中选择过贴纸。")


def test_a_tiny_p_is_not_told_as_nought():
    assert "(p &lt; 0.001)" in told("en", *wins(100, 10))


def test_stickers_that_were_tried_out_are_told_with_what_came_of_them():
    assert told("en", explored=Explored(30, 2)).endswith("🌱 stickers nobody had seen, tried out: 30 · chosen: 2")


@pytest.mark.parametrize("language", languages())
def test_all_of_it_fits_under_a_picture(language):
    days = [DayOfUse(date(2026, 3, 1), Use(10**8, 10**8, 10**8, 10**10))]
    comparison = compare(COMPARED, 10**6, wins(90_000, 80_000))
    usage = Usage(
        tuple(days),
        (sum_up(days * 7, 10**7), sum_up(days * 30, 10**7)),
        Stock(10**5, 10**6, 10**6, 10**6),
        (comparison,) * 5,
        Explored(10**6, 10**6),
    )
    shown = html.unescape(re.sub("<.*?>", "", render(usage, texts_for(language))))
    assert len(shown) < 1024  # Bot API: 1,024 characters after the markup is read
