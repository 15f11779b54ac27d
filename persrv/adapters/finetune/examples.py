"""From pairs to what the model is trained on: the paper's prompt, the query as its answer, a loss on the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from persrv.adapters.caption.llava_model import Llava
from persrv.adapters.finetune.pairs import Pair, read_picture
from persrv.errors import FinetuneFailed
from persrv.semantics.prompts import KEYWORDS_PROMPT

IGNORED: Final = -100
"""The label of a token that the loss does not count (torch's own)."""


def training_batch(llava: Llava, pairs: Sequence[Pair]) -> Any:
    """Token ids, attention mask and labels of shape (pairs, tokens), and pixel values.

    Labels are `IGNORED` on the prompt, the picture and the padding; what remains is the query and the end of text.

    :raises DatasetInvalid: a picture can no longer be decoded.
    :raises FinetuneFailed: the model's tokeniser has no end of text.
    """
    pictures = [read_picture(pair.image) for pair in pairs]
    prompt, end = llava.prompt(KEYWORDS_PROMPT), llava.processor.tokenizer.eos_token
    gap = "" if prompt[-1:].isspace() else " "
    texts = [f"{prompt}{gap}{plain_query(llava, pair.query)}{end}" for pair in pairs]
    begins = llava.encode(pictures[:1], [prompt], side="right")["input_ids"][0]
    batch = llava.encode(pictures, texts, side="right")
    labels = batch["input_ids"].clone()
    labels[batch["attention_mask"] == 0] = IGNORED
    for row, ids, mask in zip(labels, batch["input_ids"], batch["attention_mask"], strict=True):
        row[: _shared(begins, ids)] = IGNORED
        if not end or int(ids[int(mask.sum()) - 1]) != llava.processor.tokenizer.eos_token_id:
            raise FinetuneFailed("The model's tokeniser does not end a text, so it could not learn when to stop.")
    batch["labels"] = labels
    return batch


def plain_query(llava: Llava, query: str) -> str:
    """A query without the tokeniser's own marks: one with "<image>" in it would ask for a second picture."""
    for mark in sorted(llava.processor.tokenizer.all_special_tokens, key=len, reverse=True):
        query = query.replace(mark, " ")
    return " ".join(query.split())


def _shared(begins: Any, ids: Any) -> int:
    """How many tokens two texts begin with in common: where the query starts, however it joins the prompt."""
    length = min(len(begins), len(ids))
    differ = (begins[:length] != ids[:length]).nonzero()
    return int(differ[0]) if len(differ) else length
