"""LoRA through the same code as for the 7B model, on a checkpoint made in the test."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

REASON = "needs the extra: pip install 'persrv[llava]'"
torch = pytest.importorskip("torch", reason=REASON)
transformers = pytest.importorskip("transformers", reason=REASON)
peft = pytest.importorskip("peft", reason=REASON)

from safetensors.torch import load_file  # noqa: E402
from typer import Typer  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from persrv.adapters.caption.llava import LlavaCaptioner  # noqa: E402
from persrv.adapters.caption.llava_model import load_llava  # noqa: E402
from persrv.adapters.finetune.examples import IGNORED, training_batch  # noqa: E402
from persrv.adapters.finetune.pairs import Pair, read_picture  # noqa: E402
from persrv.adapters.finetune.recipe import read_recipe  # noqa: E402
from persrv.adapters.finetune.run import finetune_llava  # noqa: E402
from persrv.cli.finetune import finetune  # noqa: E402
from persrv.errors import ConfigurationError, FinetuneFailed  # noqa: E402
from persrv.ports.captioner import Caption  # noqa: E402
from persrv.semantics.prompts import KEYWORDS_PROMPT  # noqa: E402

# peft 0.21 asks transformers 5 for a name that is on its way out.
pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")]

RECIPE = replace(
    read_recipe(),
    epochs=3,
    learning_rate=5e-3,
    batch_size=4,
    lora_rank=16,
    lora_alpha=32,
    held_out_share=0.25,
    measured_stickers=7,
    checkpoint_steps=3,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch, request):
    """The tiny model sees 28 pixels; decoding to 512 would be most of the time. One thread: its matrices are tiny.

    The text encoder takes two seconds to load: one test does.
    """
    if "lowers_the_loss" not in request.node.name:
        monkeypatch.setattr("persrv.adapters.finetune.run.open_text_encoder", lambda _name: None)
    monkeypatch.setattr("persrv.adapters.finetune.pairs.PICTURE_SIDE", 56)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def run(tiny_llava, dataset, tmp_path, monkeypatch):
    """Runs the whole of `persrv finetune` on the small dataset."""
    monkeypatch.setattr("persrv.adapters.finetune.run.KEYWORDS_TOKENS", 8)

    def run(out="out", recipe=RECIPE, model=None, folder=None, **more):
        folder = folder or (tmp_path / "dataset" if (tmp_path / "dataset").exists() else dataset())
        model = model or str(tiny_llava())
        finetune_llava(folder, tmp_path / out, recipe=recipe, model=model, ocr_engine="none", **more)
        return tmp_path / out

    return run


def weights(folder):
    return load_file(folder / "adapter_model.safetensors")


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


class Stop(Exception):
    """Ends a run from within."""


class StopAt:
    """A listener that ends the run after some steps of training."""

    def __init__(self, steps, how):
        self.steps, self.how, self.training = steps, how, False

    def begin(self, stage, total, done=0):
        self.training = stage == "Training"
        self.began_at = done

    def step(self, loss=None):
        self.steps -= self.training
        if self.training and self.steps == 0:
            self.how()


def stop():
    raise Stop


def test_the_loss_counts_the_query_and_the_end_of_text_alone(tiny_llava, dataset):
    folder = dataset()
    llava = load_llava(str(tiny_llava()))
    queries = ("happy", "想哭", "a longer query")
    pairs = [Pair("a0", folder / "images" / "a0.webp", query) for query in queries]
    batch = training_batch(llava, pairs)
    tokenizer = llava.processor.tokenizer
    assert batch["labels"].shape == batch["input_ids"].shape
    learnt = [tokenizer.decode(row[row != IGNORED]) for row in batch["labels"]]
    assert learnt == [f" {query}</s>" for query in queries]
    for row, labels, query in zip(batch["input_ids"], batch["labels"], queries, strict=True):
        text = tokenizer.decode(row[(labels == IGNORED) & (row != tokenizer.pad_token_id)])
        assert text == f"USER: {'<image>' * 4}\n{KEYWORDS_PROMPT} ASSISTANT:", query


def test_a_query_with_the_models_own_marks_is_learnt_without_them(tiny_llava, dataset):
    folder = dataset()
    llava = load_llava(str(tiny_llava()))
    batch = training_batch(llava, [Pair("a0", folder / "images" / "a0.webp", "</s>so <image> happy<pad>")])
    row = batch["labels"][0]
    assert llava.processor.tokenizer.decode(row[row != IGNORED]) == " so happy</s>"


async def test_fine_tuning_lowers_the_loss_and_the_captioner_then_says_what_people_typed(
    run, tiny_llava, tmp_path, monkeypatch
):
    recipe = replace(RECIPE, epochs=20, lora_dropout=0.0, gradient_checkpointing=False, checkpoint_steps=1000)
    out = run(recipe=recipe)
    report = json.loads((out / "report.json").read_text("utf-8"))
    losses = report["loss_by_epoch"]
    assert losses[-1] < 0.25 * losses[0]
    # Held-out stickers of the same colours get their queries.
    bleu, cosine = report["table6"]["bleu"], report["table6"]["cosine"]
    for row in (bleu, cosine):
        for column, wanted in (("overall", 7), ("with_text", None), ("without_text", None)):
            base, tuned = row["base"][column], row["tuned"][column]
            assert base["stickers"] == tuned["stickers"]
            if base["value"] is not None:
                assert tuned["value"] > base["value"]
            assert wanted is None or base["stickers"] == report["measured"]
    assert bleu["tuned"]["overall"]["value"] > 0.5
    assert "tok:zh" in report["bleu_signature"]
    assert report["reported"]["bleu"]["tuned"]["overall"] == 0.3625
    # Our captioner loads the folder, and its keywords are the queries.
    monkeypatch.setattr("persrv.adapters.caption.llava.KEYWORDS_TOKENS", 12)
    monkeypatch.setattr("persrv.adapters.caption.llava.DESCRIPTION_TOKENS", 4)
    with Image.open(tmp_path / "dataset" / "images" / "a0.webp") as picture:
        image = np.asarray(picture.convert("RGBA"))
    captioner = LlavaCaptioner(str(tiny_llava()), adapter=str(out))
    (caption,) = await captioner.caption([image])
    await captioner.close()
    assert isinstance(caption, Caption)
    assert caption.keywords == "happy"


def test_plain_peft_loads_the_folder_and_the_output_changes(run, tiny_llava, tmp_path):
    out = run()
    base = transformers.LlavaForConditionalGeneration.from_pretrained(tiny_llava()).eval()
    tuned = peft.PeftModel.from_pretrained(base, out).eval()
    llava = load_llava(str(tiny_llava()))
    picture = read_picture(tmp_path / "dataset" / "images" / "a0.webp")
    inputs = llava.encode([picture], [llava.prompt(KEYWORDS_PROMPT)], side="left")
    with torch.no_grad(), tuned.disable_adapter():
        before = tuned(**inputs).logits
    with torch.no_grad():
        after = tuned(**inputs).logits
        assert torch.allclose(before, llava.model(**inputs).logits, atol=1e-5)
    assert (after - before).abs().max() > 0.01
    config = json.loads((out / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(tiny_llava())
    saved = weights(out)
    assert saved
    assert all("language_model" in name for name in saved), "the vision tower stays as it is"
    assert not list(out.glob("*.new"))
    assert not (out / "checkpoint.pt").exists()


def test_the_same_seed_gives_the_same_adapter_and_another_seed_another(run):
    first, again = run("one"), run("two")
    assert same(weights(first), weights(again))
    assert not same(weights(first), weights(run("three", recipe=replace(RECIPE, seed=1))))


@pytest.mark.parametrize("steps", [1, 4, 6])
def test_an_interrupted_run_ends_where_the_uninterrupted_one_does(run, steps):
    whole = run("whole")
    with pytest.raises(Stop):
        run("parts", listener=StopAt(steps, stop))
    assert not (run("parts") / "checkpoint.pt").exists()
    assert same(weights(whole), weights(whole.parent / "parts"))
    reports = [json.loads((whole.parent / name / "report.json").read_text()) for name in ("whole", "parts")]
    assert reports[0] == reports[1]


def test_a_killed_run_goes_on_from_its_checkpoint(run, tiny_llava, dataset, tmp_path):
    whole = run("whole")
    code = f"""
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("training_tests", {__file__!r})
tests = importlib.util.module_from_spec(spec); spec.loader.exec_module(tests)
import os, signal
tests.torch.set_num_threads(1)
import persrv.adapters.finetune.pairs as pairs
pairs.PICTURE_SIDE = 56
listener = tests.StopAt(5, lambda: os.kill(os.getpid(), signal.SIGKILL))
tests.finetune_llava(Path({str(tmp_path / "dataset")!r}), Path({str(tmp_path / "killed")!r}), recipe=tests.RECIPE,
    model={str(tiny_llava())!r}, ocr_engine="none", listener=listener)
"""
    ended = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONWARNINGS": ""}, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (tmp_path / "killed" / "checkpoint.pt").exists()
    assert not (tmp_path / "killed" / "adapter_config.json").exists()
    listener = StopAt(-1, stop)
    begun = []
    begin = listener.begin
    listener.begin = lambda stage, total, done=0: (begun.append((stage, done)), begin(stage, total, done))
    run("killed", listener=listener)
    assert begun[0] == ("Training", 3)
    assert same(weights(whole), weights(tmp_path / "killed"))


def test_a_checkpoint_of_another_run_is_refused(run):
    with pytest.raises(Stop):
        run(listener=StopAt(4, stop))
    with pytest.raises(FinetuneFailed, match="another dataset, model, recipe or seed"):
        run(recipe=replace(RECIPE, learning_rate=1e-3))


def test_a_damaged_checkpoint_says_what_to_do(run, tmp_path):
    with pytest.raises(Stop):
        run(listener=StopAt(4, stop))
    path = tmp_path / "out" / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(FinetuneFailed, match=r"checkpoint\.pt is damaged .* Delete it"):
        run()


def test_a_finished_run_is_not_done_again_and_never_overwritten(run, tmp_path):
    out = run()
    when = (out / "adapter_model.safetensors").stat().st_mtime_ns
    run()
    assert (out / "adapter_model.safetensors").stat().st_mtime_ns == when
    with pytest.raises(FinetuneFailed, match="Choose another --out"):
        run(recipe=replace(RECIPE, seed=5))


def test_somebody_elses_adapter_is_not_overwritten(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "adapter_config.json").write_text("{}")
    with pytest.raises(FinetuneFailed, match="not of a run of ours"):
        run()


def test_layers_that_the_model_does_not_have_name_the_recipes_line(run):
    with pytest.raises(ConfigurationError, match="target_modules of the recipe"):
        run(recipe=replace(RECIPE, target_modules=("c_attn",)))


def test_a_loss_that_is_no_number_ends_the_run(run, monkeypatch):
    forward = transformers.LlavaForConditionalGeneration.forward

    def broken(self, *args, **kwargs):
        output = forward(self, *args, **kwargs)
        output.loss = output.loss * float("nan")
        return output

    monkeypatch.setattr(transformers.LlavaForConditionalGeneration, "forward", broken)
    with pytest.raises(FinetuneFailed, match="learning_rate"):
        run()


def test_memory_that_runs_out_says_what_to_change(run, monkeypatch):
    def hungry(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(transformers.LlavaForConditionalGeneration, "forward", hungry)
    with pytest.raises(FinetuneFailed, match="batch_size"):
        run()


def test_gradients_that_are_summed_up_are_those_of_one_large_batch(run):
    plain = replace(RECIPE, epochs=1, lora_dropout=0.0, schedule="constant", warmup_share=0.0)
    losses = [
        json.loads((run(name, recipe=recipe) / "report.json").read_text())["loss_by_epoch"][0]
        for name, recipe in (("large", plain), ("summed", replace(plain, batch_size=2, gradient_accumulation=2)))
    ]
    assert losses[0] == pytest.approx(losses[1], rel=0.2)  # the mean by token and the mean by pair differ a little


def test_the_command_shows_the_table_and_the_setting(tiny_llava, dataset, tmp_path):
    recipe = tmp_path / "quick.toml"
    recipe.write_text("epochs = 1\nlora_rank = 4\nmeasured_stickers = 2\nheld_out_share = 0.25\n")
    app = Typer()
    app.command()(finetune)
    arguments = [str(dataset()), "--out", str(tmp_path / "out"), "--recipe", str(recipe), "--ocr", "none"]
    result = CliRunner().invoke(app, arguments, env={"PERSRV_CAPTION_MODEL": str(tiny_llava())})
    assert result.exit_code == 0, result.output
    assert f"PERSRV_CAPTION_ADAPTER={tmp_path / 'out'}" in result.output.replace("\n", "")
    assert "fine-tuned" in result.output
    again = CliRunner().invoke(app, arguments, env={"PERSRV_CAPTION_MODEL": str(tiny_llava())})
    assert "already" in again.output


def test_stickers_with_text_are_told_apart_by_ocr_where_the_dataset_does_not_say(
    tiny_llava, dataset, tmp_path, monkeypatch
):
    looked = []

    class Reader:
        def read(self, frames):
            looked.append(frames.pixels.shape)
            return ("text",) if len(looked) == 1 else ()

        def close(self):
            looked.append("closed")

    monkeypatch.setattr("persrv.adapters.finetune.run.open_ocr", lambda name: Reader())
    monkeypatch.setattr("persrv.adapters.finetune.run.KEYWORDS_TOKENS", 4)
    recipe = replace(RECIPE, epochs=1, measured_stickers=3)
    report = finetune_llava(
        dataset(texts=False), tmp_path / "out", recipe=recipe, model=str(tiny_llava()), ocr_engine="rapidocr"
    )
    assert looked[-1] == "closed"
    assert (report.tuned.bleu.with_text.stickers, report.tuned.bleu.without_text.stickers) == (1, 2)
