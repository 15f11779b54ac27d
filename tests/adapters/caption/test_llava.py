"""LLaVA through the same code as the 7B model, on a checkpoint made in the test."""

import importlib
import json
import logging
import shutil

import numpy as np
import pytest

REASON = "needs the extra: pip install 'persrv[llava]'"
torch = pytest.importorskip("torch", reason=REASON)
transformers = pytest.importorskip("transformers", reason=REASON)
peft = pytest.importorskip("peft", reason=REASON)

from persrv.adapters import extras  # noqa: E402
from persrv.adapters.caption import llava_model, open_captioner  # noqa: E402
from persrv.adapters.caption.llava import LlavaCaptioner  # noqa: E402
from persrv.errors import CaptionUnavailable, ConfigurationError  # noqa: E402
from persrv.ports.captioner import Caption, CaptionFailure  # noqa: E402
from persrv.semantics.prompts import DESCRIPTION_PROMPT, KEYWORDS_PROMPT  # noqa: E402

# peft 0.21 asks transformers 5 for a name that is on its way out.
pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")]


@pytest.fixture(autouse=True)
def short_answers(monkeypatch):
    """Random weights never end an answer by themselves."""
    module = importlib.import_module("persrv.adapters.caption.llava")
    monkeypatch.setattr(module, "KEYWORDS_TOKENS", 8)
    monkeypatch.setattr(module, "DESCRIPTION_TOKENS", 8)


@pytest.fixture
def adapter(tiny_llava, tmp_path):
    """Makes an adapter whose weights do something, for a tiny model or an altered one."""

    def make(name="adapter", strength=0.5, **of_model):
        model = transformers.LlavaForConditionalGeneration.from_pretrained(tiny_llava(**of_model))
        config = peft.LoraConfig(r=4, target_modules=r".*language_model.*\.(q_proj|v_proj|down_proj)")
        tuned = peft.get_peft_model(model, config)
        torch.manual_seed(1)
        for parameter_name, parameter in tuned.named_parameters():
            if "lora_B" in parameter_name:
                torch.nn.init.normal_(parameter, std=strength)
        tuned.save_pretrained(tmp_path / name)
        return tmp_path / name

    return make


async def captions(captioner, images):
    results = await captioner.caption(images)
    await captioner.close()
    return results


async def test_a_checkpoint_captions_every_sticker_the_same_way_each_time(tiny_llava, sticker):
    images = [sticker(red) for red in (10, 120, 250)]
    first = await captions(open_captioner("llava", model=str(tiny_llava())), images)
    again = await captions(open_captioner("llava", model=str(tiny_llava())), images)
    assert all(isinstance(caption, Caption) for caption in first)
    assert first == again


async def test_a_batch_says_what_each_sticker_alone_would_say(tiny_llava, sticker):
    images = [sticker(red, size=size) for red, size in ((10, 40), (120, 64), (250, 90))]
    together = await captions(LlavaCaptioner(str(tiny_llava()), batch_size=3), images)
    alone = await captions(LlavaCaptioner(str(tiny_llava()), batch_size=1), images)
    assert together == alone


async def test_prompts_of_different_lengths_do_not_change_an_answer(tiny_llava, sticker):
    from persrv.adapters.caption.pictures import opaque

    llava = llava_model.load_llava(str(tiny_llava()))
    picture = opaque(sticker())
    texts = [llava.prompt("short"), llava.prompt("a much longer question about this sticker")]
    padded = llava.encode([picture] * 2, texts, side="left")
    assert padded["input_ids"][0, 0] == llava.processor.tokenizer.pad_token_id
    alone = llava.generate([picture], "short", most_tokens=6, tuned=True)
    config = transformers.GenerationConfig(max_new_tokens=6, do_sample=False, pad_token_id=3, eos_token_id=2)
    both = llava.model.generate(**padded, generation_config=config)
    answer = llava.processor.batch_decode(both[:, padded["input_ids"].shape[1] :], skip_special_tokens=True)[0]
    assert answer == alone[0]


async def test_something_that_is_no_picture_fails_alone(tiny_llava, sticker):
    images = [sticker(), np.zeros((3, 3), np.uint8), sticker()]
    results = await captions(LlavaCaptioner(str(tiny_llava())), images)
    assert [type(result) for result in results] == [Caption, CaptionFailure, Caption]


def test_a_processor_without_a_template_gets_the_one_of_llava_1_5(tiny_llava):
    llava = llava_model.load_llava(str(tiny_llava()))
    assert llava.prompt("What?") == "USER: <image>\nWhat? ASSISTANT:"


def test_a_processors_own_template_wins(tiny_llava, tmp_path):
    folder = shutil.copytree(tiny_llava(), tmp_path / "model")
    template = "{% for m in messages %}{% for c in m.content %}[{{ c.type }}{{ c.text }}]{% endfor %}{% endfor %}A>"
    (folder / "chat_template.jinja").write_text(template)
    assert llava_model.load_llava(str(folder)).prompt("What?") == "[image][textWhat?]A>"


async def test_a_processor_of_an_older_checkpoint_is_completed_from_the_model(tiny_llava, tmp_path, sticker):
    folder = shutil.copytree(tiny_llava(), tmp_path / "model")
    old = json.loads((folder / "processor_config.json").read_text())
    for key in ("patch_size", "vision_feature_select_strategy", "num_additional_image_tokens"):
        del old[key]
    (folder / "processor_config.json").write_text(json.dumps(old))
    before = await captions(LlavaCaptioner(str(tiny_llava())), [sticker()])
    assert await captions(LlavaCaptioner(str(folder)), [sticker()]) == before


async def test_an_adapter_changes_the_keywords_and_leaves_the_description_to_the_general_model(
    tiny_llava, adapter, sticker
):
    model = str(tiny_llava())
    (plain,) = await captions(LlavaCaptioner(model), [sticker()])
    (tuned,) = await captions(LlavaCaptioner(model, adapter=str(adapter())), [sticker()])
    assert tuned.keywords != plain.keywords
    assert tuned.description == plain.description


def test_the_version_changes_with_the_adapters_weights(tiny_llava, adapter):
    model = str(tiny_llava())
    versions = [
        LlavaCaptioner(model).version,
        LlavaCaptioner(model, adapter=str(adapter("one", 0.5))).version,
        LlavaCaptioner(model, adapter=str(adapter("two", 0.6))).version,
    ]
    assert len(set(versions)) == 3
    assert versions[1] == LlavaCaptioner(model, adapter=str(adapter("three", 0.5))).version


@pytest.mark.parametrize("other", [{"hidden": 32}, {"layers": 3}, {"layers": 1}])  # a lone layer leaves a gap
def test_an_adapter_for_another_model_is_refused_by_name(tiny_llava, adapter, other):
    wrong = adapter(**other)
    with pytest.raises(ConfigurationError, match=f"PERSRV_CAPTION_ADAPTER={wrong}") as caught:
        LlavaCaptioner(str(tiny_llava()), adapter=str(wrong))
    assert "PERSRV_CAPTION_MODEL" in str(caught.value)


async def test_an_adapter_in_the_layout_of_llavas_own_code_is_loaded(tiny_llava, adapter, sticker, tmp_path):
    from safetensors.torch import load_file, save_file

    ours = adapter()
    theirs = shutil.copytree(ours, tmp_path / "original")
    weights = load_file(ours / "adapter_model.safetensors")
    renamed = {key.replace("model.language_model.layers", "model.layers"): value for key, value in weights.items()}
    assert renamed.keys().isdisjoint(weights)
    save_file(renamed, theirs / "adapter_model.safetensors")
    config = json.loads((theirs / "adapter_config.json").read_text())
    config["target_modules"] = ["q_proj", "v_proj", "down_proj"]
    (theirs / "adapter_config.json").write_text(json.dumps(config))
    model = str(tiny_llava())
    expected = await captions(LlavaCaptioner(model, adapter=str(ours)), [sticker()])
    assert await captions(LlavaCaptioner(model, adapter=str(theirs)), [sticker()]) == expected


def _no_config(folder):
    (folder / "adapter_config.json").unlink()


def _no_weights(folder):
    (folder / "adapter_model.safetensors").unlink()


def _torn_weights(folder):
    path = folder / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:100])


def _bad_config(folder):
    (folder / "adapter_config.json").write_text("{nonsense")


def _other_kind(folder):
    (folder / "adapter_config.json").write_text('{"peft_type": "IA3", "target_modules": ["q_proj"]}')


def _projector(folder):
    (folder / "non_lora_trainables.bin").write_bytes(b"")


@pytest.mark.parametrize("damage", [_no_config, _no_weights, _torn_weights, _bad_config, _other_kind, _projector])
def test_a_damaged_adapter_is_refused_by_name(tiny_llava, adapter, damage, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = adapter()
    damage(folder)
    with pytest.raises(ConfigurationError, match=f"PERSRV_CAPTION_ADAPTER={folder}"):
        LlavaCaptioner(str(tiny_llava()), adapter=str(folder))


@pytest.mark.parametrize("path", ["/nowhere/at/all", "./nowhere", "~/nowhere-at-all", "nowhere"])
def test_a_path_that_does_not_exist_is_never_looked_up_elsewhere(tiny_llava, path):
    with pytest.raises(ConfigurationError, match=f"PERSRV_CAPTION_MODEL={path}"):
        LlavaCaptioner(path)
    with pytest.raises(ConfigurationError, match=f"PERSRV_CAPTION_ADAPTER={path}"):
        LlavaCaptioner(str(tiny_llava()), adapter=path)


def test_a_folder_without_a_model_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigurationError, match=r"PERSRV_CAPTION_MODEL=.* without config\.json"):
        LlavaCaptioner(str(tmp_path))


def test_a_model_of_another_kind_is_refused_by_name(tmp_path):
    transformers.LlamaConfig(hidden_size=8, num_attention_heads=2, num_hidden_layers=1).save_pretrained(tmp_path)
    with pytest.raises(ConfigurationError, match=r"PERSRV_CAPTION_MODEL=.* type llama, not LLaVA"):
        LlavaCaptioner(str(tmp_path))


def test_a_checkpoint_that_lacks_weights_is_refused_instead_of_captioning_at_random(tiny_llava, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny_llava(), tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    weights.pop(next(key for key in weights if "layers.1.mlp" in key))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ConfigurationError, match=r"PERSRV_CAPTION_MODEL=.* incomplete: 1 weights"):
        LlavaCaptioner(str(folder))


def test_a_missing_library_says_what_to_install(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(ConfigurationError, match=r"pip install 'persrv\[llava\]'"):
        open_captioner("llava")


async def test_when_memory_runs_out_the_batch_shrinks_and_the_captions_are_the_same(tiny_llava, sticker, monkeypatch):
    images = [sticker(red) for red in range(0, 250, 50)]
    expected = await captions(LlavaCaptioner(str(tiny_llava()), batch_size=1), images)
    sizes = []
    generate = transformers.LlavaForConditionalGeneration.generate

    def hungry(self, *args, **kwargs):
        sizes.append(len(kwargs["input_ids"]))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return generate(self, *args, **kwargs)

    monkeypatch.setattr(transformers.LlavaForConditionalGeneration, "generate", hungry)
    assert await captions(LlavaCaptioner(str(tiny_llava()), batch_size=5), images) == expected
    assert sizes[0] == 5
    assert max(sizes[1:]) == 2


async def test_a_gpu_that_is_too_small_hands_over_to_the_processor_with_a_warning(
    tiny_llava, sticker, monkeypatch, caplog
):
    """The device "meta" stands for the GPU: it has shapes and no memory at all."""
    expected = await captions(LlavaCaptioner(str(tiny_llava())), [sticker()])
    captioner = LlavaCaptioner(str(tiny_llava()), batch_size=2)
    model = captioner._llava.model
    real, generate = model.to, model.generate
    monkeypatch.setattr(type(model), "device", property(lambda self: self.pretended), raising=False)
    type(model).pretended = torch.device("cuda")

    def to(device, *dtype):
        type(model).pretended = torch.device(device)
        return real(device, *dtype)

    def too_small(*args, **kwargs):
        if model.pretended.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return generate(*args, **kwargs)

    monkeypatch.setattr(model, "to", to)
    monkeypatch.setattr(model, "generate", too_small)
    encode = llava_model.Llava.encode

    class OnTheProcessor(dict):
        def to(self, device, dtype):
            return self

    monkeypatch.setattr(llava_model.Llava, "encode", lambda *a, **k: OnTheProcessor(encode(*a, **k)))
    with caplog.at_level(logging.WARNING):
        assert await captioner.caption([sticker()]) == expected
    assert "processor" in caplog.text


async def test_a_sticker_that_fits_nowhere_fails_alone(tiny_llava, sticker, monkeypatch):
    captioner = LlavaCaptioner(str(tiny_llava()))
    generate = captioner._llava.model.generate
    calls = []

    def sometimes(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")
        return generate(*args, **kwargs)

    monkeypatch.setattr(captioner._llava.model, "generate", sometimes)
    results = await captions(captioner, [sticker(), sticker(), sticker()])
    assert [type(result) for result in results] == [Caption, CaptionFailure, Caption]


async def test_a_closed_captioner_says_so(tiny_llava, sticker):
    captioner = LlavaCaptioner(str(tiny_llava()))
    await captioner.close()
    await captioner.close()
    with pytest.raises(CaptionUnavailable, match="closed"):
        await captioner.caption([sticker()])


async def test_both_of_the_papers_prompts_reach_the_model(tiny_llava, sticker, monkeypatch):
    asked = []
    encode = llava_model.Llava.encode

    def noting(self, pictures, texts, *, side):
        asked.extend(texts)
        return encode(self, pictures, texts, side=side)

    monkeypatch.setattr(llava_model.Llava, "encode", noting)
    await captions(LlavaCaptioner(str(tiny_llava())), [sticker()])
    assert asked == [f"USER: <image>\n{prompt} ASSISTANT:" for prompt in (KEYWORDS_PROMPT, DESCRIPTION_PROMPT)]
