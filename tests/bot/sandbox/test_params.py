"""Requests' bodies, as another library encodes them."""

from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.bot_api.params import Params, read_params
from bot.sandbox.refusals import Refusal

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
forms = st.dictionaries(names, texts, max_size=5)


@given(forms)
def test_a_form_is_read_as_it_was_written(values: dict[str, str]):
    body = urlencode(values).encode()
    assert read_params("application/x-www-form-urlencoded", "", body).values == values


@given(forms, st.binary(max_size=200), texts)
def test_a_multipart_form_is_read_as_it_was_written(values: dict[str, str], data: bytes, name: str):
    files = {"a_file": (name.replace('"', "").replace("\\", "") or "x", data)}
    request = httpx.Request("POST", "http://x", data=values, files=files)
    read = read_params(request.headers["content-type"], "", request.read())
    assert dict(read.values) == values
    assert read.uploads["a_file"].data == data


@given(forms)
def test_json_and_the_query_string_are_read_too(values: dict[str, str]):
    request = httpx.Request("POST", "http://x", json=values)
    assert read_params("application/json; charset=utf-8", "", request.read()).values == values
    assert read_params("", urlencode(values), b"").values == values


def test_nested_json_values_stay_json():
    read = read_params("application/json", "", b'{"chat_id": 5, "on": true, "keys": [{"a": "b"}], "none": null}')
    assert (read.chat_id(), read.flag("on"), read.decoded("keys", "")) == (5, True, [{"a": "b"}])
    assert "none" not in read.values


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("multipart/form-data", b"x"),
        ("application/x-www-form-urlencoded", b"a=%ff"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(kind: str, body: bytes):
    with pytest.raises(Refusal):
        read_params(kind, "", body)


def test_numbers_are_brought_into_their_range():
    params = Params({"limit": "1000", "offset": "x", "timeout": "-3"})
    assert params.number("limit", 100, 1, 100) == 100
    assert params.number("offset", 7, 0, 100) == 7
    assert params.number("timeout", 0, 0, 50) == 0
