import html.parser
import string
import tomllib
from importlib import resources

import pytest

from bot.menus import ADMIN_COMMANDS, COMMANDS
from bot.texts import languages, texts_for
from persrv.catalogue import Outcome


def table(code):
    return tomllib.loads((resources.files("bot.texts") / f"{code}.toml").read_text("utf-8"))


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_english_and_chinese():
    assert {"en", "zh"} <= set(languages())


@pytest.mark.parametrize("code", languages())
def test_no_text_is_missing_and_each_has_the_same_places(code):
    english, other = table("en"), table(code)
    assert other.keys() == english.keys()
    for name in english:
        assert places(other[name]) == places(english[name]), name
        assert other[name].strip(), name


@pytest.mark.parametrize("code", languages())
def test_every_outcome_and_command_has_its_text(code):
    texts = table(code)
    assert {f"pack_{outcome.value}" for outcome in Outcome} <= texts.keys()
    assert {f"command_{name}" for name in (*COMMANDS, *ADMIN_COMMANDS)} <= texts.keys()
    assert {f"count_{outcome.value}" for outcome in Outcome if outcome.final} <= texts.keys()


@pytest.mark.parametrize("code", languages())
def test_the_help_names_every_command(code):
    texts = table(code)
    text = texts["help"] + texts["help_admin"]
    assert {name for name in (*COMMANDS, *ADMIN_COMMANDS) if f"/{name}" not in text} == {"start", "help"}


class TagChecker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag in {"b", "i", "code", "a"}
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("code", languages())
def test_the_markup_is_what_telegram_takes(code):
    for text in table(code).values():
        checker = TagChecker()
        checker.feed(text)
        assert checker.open == []


def test_values_are_escaped_so_that_a_title_cannot_be_markup():
    assert "&lt;b&gt;" in texts_for("en").say("pack_waiting", title="<b>")


@pytest.mark.parametrize(("tag", "code"), [("zh-hans", "zh"), ("zh_TW", "zh"), ("de", "en"), (None, "en"), ("", "en")])
def test_the_language_is_the_persons_or_english(tag, code):
    assert texts_for(tag).code == code
