"""The engine that the settings name."""

import subprocess
import sys
from typing import get_args

import pytest

from persrv.adapters.caption import CAPTION_ENGINES, open_captioner
from persrv.adapters.caption.llava_model import DEVICES, DTYPES
from persrv.adapters.caption.patience import CONCURRENCY, TIMEOUT
from persrv.config import Settings
from persrv.errors import ConfigurationError
from persrv.ports.captioner import Caption, CaptionFailure


def test_an_engine_that_does_not_exist_names_those_that_do():
    with pytest.raises(ConfigurationError, match="none, llava, openai") as caught:
        open_captioner("blip")
    assert "PERSRV_CAPTION_ENGINE" in str(caught.value)
    assert CAPTION_ENGINES == ("none", "llava", "openai")


def test_everything_that_an_endpoint_lacks_is_said_at_once():
    with pytest.raises(ConfigurationError) as caught:
        open_captioner("openai")
    settings = ("PERSRV_CAPTION_MODEL", "PERSRV_CAPTION_URL")
    assert [problem.split()[0] for problem in caught.value.problems] == list(settings)


async def test_none_captions_nothing_and_says_so(sticker):
    captioner = open_captioner("none")
    results = await captioner.caption([sticker(), sticker()])
    await captioner.close()
    assert len(results) == 2
    assert all(isinstance(result, CaptionFailure) and "PERSRV_CAPTION_ENGINE" in result.reason for result in results)


@pytest.mark.parametrize("lacking", ["torch", "transformers", "peft"])
def test_without_the_extra_llava_says_what_to_install(monkeypatch, lacking):
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(ConfigurationError, match=r"pip install 'persrv\[llava\]'"):
        open_captioner("llava")


async def test_an_endpoint_gets_what_the_settings_say(chat_server, sticker):
    chat_server.delay = 0.05
    settings = Settings(caption_engine="openai", caption_model="m", caption_url=chat_server.url, caption_concurrency=2)
    captioner = open_captioner(
        settings.caption_engine,
        model=settings.caption_model,
        url=settings.caption_url,
        concurrency=settings.caption_concurrency,
        timeout=settings.caption_timeout,
    )
    results = await captioner.caption([sticker()] * 6)
    await captioner.close()
    assert all(isinstance(result, Caption) for result in results)
    assert chat_server.most_at_once == 2
    assert chat_server.asked[0]["model"] == "m"


def test_the_settings_know_the_same_engines_devices_and_types():
    choices = {name: get_args(field.annotation) for name, field in Settings.model_fields.items()}
    assert choices["caption_engine"] == CAPTION_ENGINES
    assert choices["caption_device"] == DEVICES
    assert choices["caption_dtype"] == DTYPES
    assert Settings().caption_concurrency == CONCURRENCY
    assert Settings().caption_timeout == TIMEOUT


def test_opening_an_endpoint_imports_nothing_heavy():
    code = (
        "import sys; from persrv.adapters.caption import open_captioner;"
        "open_captioner('openai', url='http://localhost:1', model='m');"
        "print([name for name in ('torch', 'transformers', 'peft') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
