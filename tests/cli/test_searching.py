"""`persrv search` as an admin reads it."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import picture


def test_a_score_is_explained_within_the_80_columns_of_a_terminal(persrv, add_pack):
    add_pack("Cats_by_test", [picture(1), picture(60)], emoji="🎉")
    persrv("import", "Cats_by_test")
    table = persrv("search", "派对", "--explain", columns=80).stdout
    (why,) = {line.split("│")[-3].strip() for line in table.splitlines() if "🎉" in line}
    assert re.fullmatch(r"emoji \d\.\d{3}", why)
    assert max(map(len, table.splitlines())) <= 80
    assert "…" not in table


def test_a_user_id_that_nobody_can_have_is_a_wrong_option(persrv):
    result = persrv("search", "派对", "--user", str(10**22))
    assert result.returncode == 2
    assert "--user" in result.stderr


@pytest.mark.slow
def test_explain_tells_whose_pick_a_place_is_where_two_rankings_are_interleaved(persrv, add_pack):
    add_pack("Cats_by_test", [picture(shade) for shade in (1, 60, 120)])
    persrv("import", "Cats_by_test")

    def told(**settings):
        return json.loads(persrv("search", "派对", "--json", "--explain", **settings).stdout)["results"]

    assert all("pick" not in row for row in told())
    # They agree from the top on, so no place is anybody's.
    assert [row["pick"] for row in told(COMPARE_WITH="persrv", COMPARE_SHARE="1")] == ["", "", ""]


@pytest.mark.slow
def test_explain_tells_what_was_scored_and_a_lower_limit_leaves_it_out(persrv, add_pack):
    add_pack("Cats_by_test", [picture(1), picture(60)])
    persrv("import", "Cats_by_test")

    def told(**settings):
        return json.loads(persrv("search", "派对", "--json", "--explain", **settings).stdout)["results"]

    assert [row["nsfw"] for row in told()] == [None, None]
    assert "派对" in persrv("search", "派对", "--explain").stdout
    assert "nsfw: 2 done" in persrv("job", "nsfw").stdout
    assert "nsfw: nothing has failed" in persrv("job", "nsfw", "--failed").stdout
    scores = [row["nsfw"] for row in told()]
    assert all(0 < score < 0.2 for score in scores)
    assert [row["nsfw"] for row in told(NSFW_LIMIT=str(max(scores)))] == [min(scores)]
    assert len(told(NSFW_LIMIT=str(max(scores)), NSFW_ENGINE="none")) == 2
