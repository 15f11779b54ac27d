"""A fine-tuning run from a dataset folder to an adapter folder with its report."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from persrv.adapters.caption.assembling import KEYWORDS_TOKENS
from persrv.adapters.caption.extras import heavy
from persrv.adapters.caption.llava import CPU_BATCH, GPU_BATCH, is_out_of_memory
from persrv.adapters.caption.llava_model import Llava, load_llava
from persrv.adapters.caption.shrinking import ShrinkingBatches
from persrv.adapters.finetune.checkpoint import CHECKPOINT, fingerprint
from persrv.adapters.finetune.pairs import HeldOut, read_frames_of, read_picture, read_training_set
from persrv.adapters.finetune.recipe import Recipe
from persrv.adapters.finetune.report import REPORT, FinetuneReport, examples, finished, loss_by_epoch, write_report
from persrv.adapters.finetune.training import Listener, Silence, add_lora, train
from persrv.adapters.ocr import open_ocr
from persrv.adapters.text_encoding import LIGHT, open_text_encoder
from persrv.errors import FinetuneFailed, OcrFailed
from persrv.semantics.likeness import Answer, measure, open_bleu
from persrv.semantics.prompts import KEYWORDS_PROMPT

_WANTED_BY: Final = "persrv finetune"
_VERSIONS: Final = ("persrv", "torch", "transformers", "peft")


def finetune_llava(
    dataset: Path,
    out: Path,
    *,
    recipe: Recipe,
    model: str,
    ocr_engine: str,
    text_encoder: str = LIGHT,
    device: str = "auto",
    dtype: str = "auto",
    listener: Listener | None = None,
) -> FinetuneReport | None:
    """Fine-tune, save the adapter in `out`, measure it on held-out stickers, and report.

    Interrupted, it goes on where its last checkpoint is; finished, it does nothing.

    :param out: Made if need be; afterwards an adapter folder for peft and `PERSRV_CAPTION_ADAPTER`.
    :param model: LLaVA, by name or folder.
    :param ocr_engine: Tells stickers with text from those without where the dataset does not; "none" leaves it open.
    :param text_encoder: What cosines are measured with; see `open_text_encoder`.
    :param device: One of `llava_model.DEVICES`.
    :param dtype: One of `llava_model.DTYPES`.
    :return: The report; None when `out` already holds the outcome of this very run.
    :raises ConfigurationError: a library, the model or the recipe is missing or wrong.
    :raises DatasetInvalid: the dataset is wrong, or has nothing to learn from.
    :raises FinetuneFailed: the run cannot go on.
    """
    listener = listener or Silence()
    heavy(_WANTED_BY)  # what is missing is said before the dataset is read, and what is wrong before hours of training
    bleu, encoder = open_bleu(), open_text_encoder(text_encoder)
    training_set = read_training_set(dataset, recipe)
    mark = fingerprint(recipe, training_set, model)
    _make(out)
    if finished(out, mark):
        return None
    llava = load_llava(model, device=device, dtype=dtype, training=True, wanted_by=_WANTED_BY)
    add_lora(llava, recipe)
    losses = train(llava, training_set.pairs, recipe, out=out, fingerprint=mark, listener=listener)
    _save_adapter(llava, out, model)
    stickers = training_set.held_out[: recipe.measured_stickers]
    texts = _has_text(stickers, ocr_engine, listener)
    said = {
        tuned: _keywords(llava, stickers, tuned, listener, "Captions, after" if tuned else "Captions, before")
        for tuned in (False, True)
    }
    base, tuned = (
        measure(
            [
                Answer(words, sticker.references, text)
                for words, sticker, text in zip(said[which], stickers, texts, strict=True)
            ],
            bleu,
            encoder,
        )
        for which in (False, True)
    )
    report = FinetuneReport(
        fingerprint=mark,
        model=model,
        recipe=recipe,
        pairs=len(training_set.pairs),
        stickers=len({pair.docid for pair in training_set.pairs}),
        held_out=len(training_set.held_out),
        measured=len(stickers),
        loss_by_epoch=loss_by_epoch(losses, recipe.epochs),
        base=base,
        tuned=tuned,
        bleu_signature=bleu.signature if bleu and stickers else None,
        text_encoder=encoder.name if encoder else None,
        examples=examples(stickers, said[False], said[True]),
        skipped=training_set.skipped,
        versions={name: version(name) for name in _VERSIONS},
    )
    write_report(out, report)
    (out / CHECKPOINT).unlink(missing_ok=True)  # the optimiser's state, gigabytes that nobody needs any more
    return report


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FinetuneFailed(f"The folder {out} cannot be made: {error}.") from error
    if (out / "adapter_config.json").exists() and not any((out / name).exists() for name in (CHECKPOINT, REPORT)):
        raise FinetuneFailed(f"{out} holds an adapter that is not of a run of ours. Choose another --out.")


def _save_adapter(llava: Llava, out: Path, model: str) -> None:
    """Write the adapter beside, then move its files in: a kill leaves no half adapter to be loaded."""
    beside = out / "adapter.new"
    try:
        shutil.rmtree(beside, ignore_errors=True)
        for config in llava.model.peft_config.values():
            config.base_model_name_or_path = model
        llava.model.save_pretrained(beside)
        for path in sorted(beside.iterdir(), key=lambda path: path.name == "adapter_config.json"):
            path.replace(out / path.name)
        beside.rmdir()
    except OSError as error:
        raise FinetuneFailed(f"The adapter cannot be written to {out}: {error}. Free some space and go on.") from error


def _keywords(llava: Llava, stickers: Sequence[HeldOut], tuned: bool, listener: Listener, stage: str) -> list[str]:
    """What the model says of each sticker, with or without the adapter."""
    listener.begin(stage, len(stickers))

    def run(batch: Sequence[HeldOut]) -> list[str]:
        pictures = [read_picture(sticker.image) for sticker in batch]
        answers = llava.generate(pictures, KEYWORDS_PROMPT, most_tokens=KEYWORDS_TOKENS, tuned=tuned)
        for _ in answers:
            listener.step()
        return [" ".join(answer.split()) for answer in answers]

    batches = ShrinkingBatches[HeldOut, str](
        run,
        out_of_memory=lambda error: is_out_of_memory(error, llava),
        fall_back=lambda: False,
        give_up=_no_memory,
        size=GPU_BATCH if llava.model.device.type == "cuda" else CPU_BATCH,
    )
    return batches.over(stickers)


def _no_memory(error: BaseException) -> str:
    raise FinetuneFailed(
        "The adapter is saved, but memory ran out while measuring it. Close what else uses the GPU and run it again."
    ) from error


def _has_text(stickers: Sequence[HeldOut], engine: str, listener: Listener) -> list[bool | None]:
    """Whether each sticker has OCR text: by the dataset, else by looking."""
    unknown = [sticker for sticker in stickers if sticker.text is None]
    looked: dict[str, bool | None] = {}
    if unknown and engine != "none":
        listener.begin("Reading text", len(unknown))
        ocr = open_ocr(engine)
        try:
            for sticker in unknown:
                try:
                    looked[sticker.docid] = bool(ocr.read(read_frames_of(sticker.image, 1)))
                except OcrFailed:
                    looked[sticker.docid] = None
                listener.step()
        finally:
            ocr.close()
    return [looked.get(sticker.docid) if sticker.text is None else bool(sticker.text) for sticker in stickers]
