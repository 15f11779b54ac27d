"""What is said of heavy libraries that are missing, and that those which are there are handed out."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from persrv.adapters.baselines.loading import heavy as of_baselines
from persrv.adapters.caption.extras import heavy as of_captions
from persrv.adapters.embedding.networks import LIBRARIES, libraries
from persrv.adapters.extras import imported
from persrv.adapters.text_encoding import text_libraries
from persrv.errors import ConfigurationError


@pytest.fixture
def there(monkeypatch):
    """Puts libraries in the place of those that are, or are not, installed: by name what each has."""

    def put(**libraries):
        for name in ("torch", "transformers", "peft", "accelerate", "cn_clip", "cn_clip.clip", "sentencepiece"):
            library = libraries.get(name.replace(".", "_"))
            if library is not None:
                module = ModuleType(name)
                vars(module).update(dict.fromkeys(library))
                library = module
            monkeypatch.setitem(sys.modules, name, library)  # None: as if it were not installed
        return sys.modules

    return put


def test_what_is_missing_is_told_with_what_asks_for_it_and_what_installs_it(there):
    there(torch=())
    with pytest.raises(
        ConfigurationError, match=r"^The system blip2 needs torch, transformers, sentencepiece \("
    ) as one:
        of_baselines("The system blip2", also=("sentencepiece",))
    assert str(one.value).endswith("Install them: pip install 'persrv[baselines]'")
    with pytest.raises(
        ConfigurationError, match=r"needs transformers \(.*\)\. Install it: pip install 'persrv\[clip\]'$"
    ):
        imported("PERSRV_IMAGE_ENCODER=chinese-clip", "clip", ["transformers"])
    with pytest.raises(ConfigurationError, match=r"^PERSRV_CAPTION_ENGINE=llava needs .*'persrv\[llava\]'$"):
        of_captions("PERSRV_CAPTION_ENGINE=llava")


def test_a_library_that_is_too_old_is_as_good_as_none(there):
    there(torch=(), transformers=("Blip2Processor",))
    of_baselines("The system blip2", classes=("Blip2Processor",))
    with pytest.raises(ConfigurationError, match="MarianMTModel"):
        of_baselines("The system blip2", classes=("Blip2Processor", "MarianMTModel"))


def test_each_gets_the_libraries_that_it_asked_for(there):
    modules = there(
        torch=(),
        transformers=("LlavaForConditionalGeneration",),
        peft=(),
        accelerate=(),
        cn_clip=("clip",),
        cn_clip_clip=(),
    )
    found = of_captions("PERSRV_CAPTION_ENGINE=llava")
    assert (found.torch, found.transformers, found.peft) == tuple(map(modules.get, ("torch", "transformers", "peft")))
    found = of_baselines("The system blip2", classes=("LlavaForConditionalGeneration",))
    assert (found.torch, found.transformers) == (modules["torch"], modules["transformers"])
    for encoder, names in LIBRARIES.items():
        assert libraries(encoder, "PERSRV_IMAGE_ENCODER") == [modules[name] for name in names]


def test_a_text_encoder_wants_nothing_that_only_captions_have_a_use_for(there):
    modules = there(torch=(), transformers=())
    assert text_libraries("PERSRV_TEXT_ENCODER") == [modules["torch"], modules["transformers"]]
