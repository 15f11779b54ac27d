"""The HTML style, against what the Bot API documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.entities import find_entities, parse_html, read_text
from bot.sandbox.model import Entity
from bot.sandbox.refusals import Refusal


@pytest.mark.parametrize(
    ("raw", "text", "entities"),
    [
        ("<b>bold</b>, <strong>bold</strong>", "bold, bold", (Entity("bold", 0, 4), Entity("bold", 6, 4))),
        (
            "<b>bold <i>both</i></b>",
            "bold both",
            (Entity("bold", 0, 9), Entity("italic", 5, 4)),
        ),
        ("👍<code>x &lt;y&gt; &amp;amp;</code>", "👍x <y> &amp;", (Entity("code", 2, 11),)),
        ('<span class="tg-spoiler">a</span>', "a", (Entity("spoiler", 0, 1),)),
        ('<A HREF="https://x.org/?a&amp;b">x</a>', "x", (Entity("text_link", 0, 1, "https://x.org/?a&b"),)),
        ("<b></b>&nbsp;&#128077;&#x1F44D;", "&nbsp;👍👍", ()),
        ("a > b & c", "a > b & c", ()),
    ],
)
def test_markup_is_read_as_documented(raw, text, entities):
    read = parse_html(raw)
    assert (read.text, read.entities) == (text, entities)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>字</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("a <", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ],
)
def test_wrong_markup_says_what_and_where(raw, reason):
    with pytest.raises(Refusal) as caught:
        parse_html(raw)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"
    assert caught.value.code == 400


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse_html(escaped).text == text


@given(st.text(alphabet="<>/ab =\"'&;i字👍", max_size=40))
def test_any_markup_is_read_or_refused(raw: str):
    try:
        read = read_text(raw, "HTML")
    except Refusal:
        return
    units = len(read.text.encode("utf-16-le")) // 2
    assert all(e.offset >= 0 and e.length > 0 and e.offset + e.length <= units for e in read.entities)


def test_commands_links_and_mentions_are_found():
    text = "/start@persrv_bot see t.me/addstickers/Cats, (https://x.org/a.) @mei and/or a/b"
    found = [(e.type, text[e.offset : e.offset + e.length]) for e in find_entities(text)]
    assert found == [
        ("bot_command", "/start@persrv_bot"),
        ("url", "t.me/addstickers/Cats"),
        ("url", "https://x.org/a"),
        ("mention", "@mei"),
    ]
