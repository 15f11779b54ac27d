from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.suggest import choice_from_result, result_id

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def read(result):
    return choice_from_result(key="1:2", user_id=7, language="zh", query="笑", result=result, chosen_at=NOW)


@given(st.integers(0, 2**64 - 1), st.integers(0, 10**9 - 1), st.integers(1, 10**18 - 1))
def test_a_result_id_comes_back_as_what_went_out_and_fits_telegrams_64_bytes(number, position, sticker):
    impression = f"{number:016x}"
    text = result_id(impression, position, sticker)
    assert len(text.encode()) <= 64
    choice = read(text)
    assert (choice.impression_id, choice.position, choice.sticker_id) == (impression, position, sticker)


@pytest.mark.parametrize(
    "text", ["", "1", "x.1.2", "0123456789abcdef.1", "0123456789abcdef.1.2.3", "0123456789abcdef.-1.2"]
)
def test_an_id_that_is_not_ours_is_left_out(text):
    assert read(text) is None


@given(st.text(max_size=70))
def test_no_id_whatsoever_breaks_the_reader(text):
    read(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("mine 笑", "笑"), ("我的 Good night", "Good night"), ("MINE", ""), ("mineral", "mineral"), ("", "")],
)
def test_a_choice_keeps_what_was_meant_and_not_that_only_own_packs_were_asked_for(typed, kept):
    result = result_id("0123456789abcdef", 3, 5)
    choice = choice_from_result(key="1:2", user_id=7, language="", query=typed, result=result, chosen_at=NOW)
    assert choice.query == kept
