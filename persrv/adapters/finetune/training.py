"""The training loop: LoRA on the language model (paper, section 3.3.1), the same however often it is interrupted."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from persrv.adapters.caption.extras import known_warnings
from persrv.adapters.caption.llava_model import Llava
from persrv.adapters.finetune.checkpoint import State, load_state, save_state
from persrv.adapters.finetune.examples import plain_query, training_batch
from persrv.adapters.finetune.pairs import Pair
from persrv.adapters.finetune.recipe import Recipe
from persrv.errors import ConfigurationError, FinetuneFailed

_STRIDE: Final = 1_000_003
"""Keeps the seeds of one run's epochs and steps apart from those of the next seed."""

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Hears how a run goes."""

    def begin(self, stage: str, total: int, done: int = 0) -> None:
        """A stage begins, of so many steps, some of which an earlier run has done."""

    def step(self, loss: float | None = None) -> None:
        """One step is done; in training, with its loss."""


class Silence:
    """A `Listener` that does not care."""

    def begin(self, stage: str, total: int, done: int = 0) -> None:
        """See `Listener.begin`."""

    def step(self, loss: float | None = None) -> None:
        """See `Listener.step`."""


def add_lora(llava: Llava, recipe: Recipe) -> None:
    """Put a fresh LoRA adapter on the language model's linear layers; nothing else is trained.

    :raises ConfigurationError: the model has no such layers.
    """
    peft, torch = llava.modules.peft, llava.modules.torch
    config = peft.LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=rf".*\.language_model\..*\.({'|'.join(recipe.target_modules)})",
    )
    torch.manual_seed(recipe.seed)
    try:
        with known_warnings():
            llava.model = peft.get_peft_model(llava.model, config)
    except ValueError as error:
        raise ConfigurationError(
            [f"target_modules of the recipe: the model has no {', '.join(recipe.target_modules)} ({error})."]
        ) from error


def train(
    llava: Llava, pairs: Sequence[Pair], recipe: Recipe, *, out: Path, fingerprint: str, listener: Listener
) -> list[float]:
    """Train the adapter, from the checkpoint in `out` if there is one.

    The order of an epoch and the dropout of a step are drawn from the seed and its number alone. So a run that goes
    on from a checkpoint does what the uninterrupted one would have done, bit by bit on a processor.

    :param out: Exists; gets the checkpoint.
    :return: The loss of each step.
    :raises FinetuneFailed: memory ran out, the loss is no number, or the checkpoint cannot be used.
    """
    torch, peft, model = llava.modules.torch, llava.modules.peft, llava.model
    pairs = [pair for pair in pairs if plain_query(llava, pair.query)]
    per_step = recipe.batch_size * recipe.gradient_accumulation
    steps_an_epoch = math.ceil(len(pairs) / per_step)
    steps = recipe.epochs * steps_an_epoch
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    losses: list[float] = []
    state = load_state(torch, out, fingerprint)
    if state is not None:
        peft.set_peft_model_state_dict(model, state.adapter)
        optimiser.load_state_dict(state.optimiser)
        losses = state.losses
        log.info("Going on after step %d of %d.", state.step, steps)
    if recipe.gradient_checkpointing:
        # transformers 5 renamed it on the way
        enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
        enable({"use_reentrant": False})
        model.enable_input_require_grads()
    model.train()
    listener.begin("Training", steps, done=len(losses))
    for step in range(len(losses), steps):
        epoch, place = divmod(step, steps_an_epoch)
        chosen = [
            pairs[index] for index in _order(torch, len(pairs), recipe.seed, epoch)[place * per_step :][:per_step]
        ]
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate_at(step, steps)
        torch.manual_seed(recipe.seed * _STRIDE + step)
        losses.append(_step(llava, chosen, recipe, optimiser, weights))
        listener.step(losses[-1])
        if (step + 1) % recipe.checkpoint_steps == 0 or place == steps_an_epoch - 1:
            adapter = peft.get_peft_model_state_dict(model)
            save_state(torch, out, State(fingerprint, step + 1, losses, adapter, optimiser.state_dict()))
    model.eval()
    return losses


def _order(torch: Any, pairs: int, seed: int, epoch: int) -> list[int]:
    generator = torch.Generator().manual_seed(seed * _STRIDE + epoch)
    order: list[int] = torch.randperm(pairs, generator=generator).tolist()
    return order


def _step(llava: Llava, pairs: Sequence[Pair], recipe: Recipe, optimiser: Any, weights: Sequence[Any]) -> float:
    """One step of the optimiser, over `gradient_accumulation` batches.

    :return: The mean loss of the pairs' batches, natural logarithm, per token.
    """
    torch, model, total = llava.modules.torch, llava.model, 0.0
    try:
        for first in range(0, len(pairs), recipe.batch_size):
            some = pairs[first : first + recipe.batch_size]
            batch = training_batch(llava, some).to(model.device, model.dtype)
            loss = model(**batch, use_cache=False).loss * (len(some) / len(pairs))
            loss.backward()
            total += float(loss.detach())
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise FinetuneFailed(
            "Memory ran out. In a copy of the recipe halve batch_size, double gradient_accumulation and set "
            "gradient_checkpointing = true; then begin in another --out with --recipe COPY."
        ) from error
    if not math.isfinite(total):
        raise FinetuneFailed("The loss is no longer a number. Lower learning_rate in a copy of the recipe.")
    torch.nn.utils.clip_grad_norm_(weights, recipe.gradient_clip)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return total
