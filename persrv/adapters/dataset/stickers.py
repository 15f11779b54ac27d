"""What is known of each sticker: `stickers.jsonl`, one object a line, read as a stream."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.dataset.problems import Problems
from persrv.domain.packed import PackedTexts, TextPacker
from persrv.domain.semantics import SemanticField
from persrv.errors import DatasetInvalid
from persrv.ports.progress import Progress, silent

NAMES: Final = {
    SemanticField.OCR: ("ocr", "paddleocr_texts"),
    SemanticField.KEYWORDS: ("keywords", "llava_keywords"),
    SemanticField.DESCRIPTION: ("description", "llava34b_image_desc"),
    SemanticField.EMOTIONS: ("emotions", "llava34b_image_emotions"),
    SemanticField.EMOJI: ("emoji",),
    SemanticField.PACK: ("set",),
}
"""Our name first, then that of the authors' files; where a sticker has both, ours counts."""
EMBEDDING: Final = ("embedding", "clip_cn_embedding")
KNOWN: Final = frozenset({"id", *EMBEDDING, *(name for names in NAMES.values() for name in names)})
LONGEST_LINE: Final = 1 << 20
"""Bytes: an embedding of 512 numbers takes 12,000, texts some thousands."""
A_LINE: Final = 'a line is one sticker, like {"id": "17", "ocr": "加油"}.'
_EVERY: Final = 5_000


class _WrongLineError(Exception):
    """A line is wrong, and why; never leaves this module."""


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """The file, in its order.

    :param docids: Distinct.
    :param vectors: float32, shape (embedded, dimensions), in a temporary file, or None where there is none.
    :param embedded: Each sticker's row in `vectors`, or -1; int64, shape (stickers,).
    :param ignored: Fields that mean nothing to us -> how often they came.
    """

    docids: tuple[str, ...]
    texts: dict[SemanticField, PackedTexts]
    vectors: NDArray[np.float32] | None
    embedded: NDArray[np.int64]
    ignored: dict[str, int]


def read_stickers(path: Path, progress: Progress = silent) -> Described:
    """Read the file, whole or not at all; one line at a time is in memory.

    :raises DatasetInvalid: names the file, the line and the reason, and what would be right.
    """
    problems = Problems()
    with closing(_Reading()) as reading:
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                _read(path, file, size, reading, problems, progress)
        except OSError as error:
            raise DatasetInvalid(f"{path} cannot be read ({error.strerror}).") from error
        problems.raise_if_any()
        return reading.described()


def _read(path: Path, file: IO[bytes], size: int, reading: _Reading, problems: Problems, progress: Progress) -> None:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if number % _EVERY == 0:
            progress("reading stickers", file.tell(), size)
        if len(line) > LONGEST_LINE:
            raise DatasetInvalid(
                f"{path}, line {number}: it is longer than {LONGEST_LINE} bytes. One line holds one sticker; is the "
                "file one large list instead?"
            )
        if line.isspace():
            continue
        try:
            reading.take(line, number)
        except _WrongLineError as error:
            problems.add(path, number, str(error))
    progress("reading stickers", size, size)


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._texts = {field: TextPacker() for field in NAMES}
        self._embedded = array("q")
        self._vectors: IO[bytes] | None = None
        self._dimensions = 0
        self._count = 0
        self._ignored: Counter[str] = Counter()

    def take(self, line: bytes, number: int) -> None:
        """Take one line.

        :raises _WrongLineError: it is wrong; nothing of it was taken.
        """
        try:
            sticker = json.loads(line)
        except UnicodeDecodeError:
            raise _WrongLineError("this is not in UTF-8; save the file as UTF-8.") from None
        except json.JSONDecodeError as error:
            raise _WrongLineError(
                f"this is no valid JSON ({error.msg} at character {error.pos + 1}); {A_LINE}"
            ) from None
        except (ValueError, RecursionError) as error:
            raise _WrongLineError(f"this is no valid JSON ({error}); {A_LINE}") from None
        if not isinstance(sticker, dict):
            raise _WrongLineError(f"this is no object; {A_LINE}")
        docid = _docid(sticker)
        if docid in self._lines:
            raise _WrongLineError(f"the id {docid!r} was on line {self._lines[docid]} already; a sticker has one line.")
        texts = {field: _text(sticker, names) for field, names in NAMES.items()}
        vector = _vector(sticker)
        if vector is not None and self._dimensions and len(vector) != self._dimensions:
            raise _WrongLineError(f"the embedding has {len(vector)} numbers; those before it have {self._dimensions}.")
        self._keep(docid, number, texts, vector)
        self._ignored.update(name for name in sticker if name not in KNOWN)

    def _keep(
        self, docid: str, number: int, texts: dict[SemanticField, str | None], vector: NDArray[np.float32] | None
    ) -> None:
        self._lines[docid] = number
        for field, packer in self._texts.items():
            packer.add(texts[field])
        if vector is None:
            self._embedded.append(-1)
            return
        if self._vectors is None:
            # Half a million vectors are a gigabyte: they wait in a file, which is gone when nobody holds it.
            self._vectors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
            self._dimensions = len(vector)
        self._vectors.write(vector.tobytes())
        self._embedded.append(self._count)
        self._count += 1

    def close(self) -> None:
        """Let go of the temporary file; an array that maps it keeps what is in it."""
        if self._vectors is not None:
            self._vectors.close()

    def described(self) -> Described:
        """All of it."""
        vectors = None
        if self._vectors is not None:
            self._vectors.flush()
            vectors = np.memmap(self._vectors, dtype=np.float32, mode="r", shape=(self._count, self._dimensions))
        return Described(
            tuple(self._lines),
            {field: packer.packed() for field, packer in self._texts.items()},
            vectors,
            np.array(self._embedded, dtype=np.int64),
            dict(self._ignored),
        )


def _docid(sticker: dict[str, Any]) -> str:
    value = sticker.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise _WrongLineError(
            "there is no id; every sticker has one, a string, which is its docid in the log and its picture's name."
        )
    value = value.strip()
    if any(character in value for character in "\0\t\r\n"):
        raise _WrongLineError("the id has a tab, a line break or a zero byte in it; take it out.")
    if not _is_unicode(value):
        raise _WrongLineError("the id has one half of a character in it, like \\ud83d alone; give both or none.")
    return value


def _is_unicode(text: str) -> bool:
    """Whether no escape names half of a pair, which no file in UTF-8 can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(sticker: dict[str, Any], names: tuple[str, ...]) -> str | None:
    name = next((name for name in names if sticker.get(name) is not None), None)
    if name is None:
        return None
    value = sticker[name]
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(item.strip() for item in value if item.strip())
    raise _WrongLineError(f"{name} has to be a string or a list of strings.")


def _vector(sticker: dict[str, Any]) -> NDArray[np.float32] | None:
    name = next((name for name in EMBEDDING if sticker.get(name) is not None), None)
    if name is None:
        return None
    value = sticker[name]
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]  # as models give it: a batch of one
    vector = np.empty(0, dtype=np.float32)
    # numpy would take strings and true for numbers.
    if isinstance(value, list) and {int, float}.issuperset(map(type, value)):
        with suppress(OverflowError):
            vector = np.array(value, dtype=np.float32)
    if not len(vector) or not np.isfinite(vector).all():
        raise _WrongLineError(f"{name} has to be a list of finite numbers.")
    return vector
