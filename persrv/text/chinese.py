"""Chinese: simplified characters (OpenCC) and words (jieba), loaded on first use.

jieba runs without its hidden Markov model: guessed words depend on their neighbours, so the same word could
be cut differently in a query and in a document; the single characters beside the words cover what the
dictionary lacks.
"""

from __future__ import annotations

import logging
import marshal
import stat
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import jieba
    import opencc

_CACHE_FILE: Final = "jieba-0.42.1.cache"
_PRONOUNS: Final = str.maketrans("妳祢祂牠", "你你他它")


def to_simplified(text: str) -> str:
    """Turn traditional characters into simplified ones (OpenCC `t2s`), words that keep theirs apart (乾隆).

    :param text: Without lone surrogates.
    """
    converted: str = _ENGINES.converter().convert(text)
    return converted


def script_variants(text: str) -> tuple[str, ...]:
    """Other ways to read a simplified text whose writer may come from elsewhere, each unlike the text.

    Words of Taiwan as the mainland says them (计程车: 出租车), Japanese forms of characters (楽: 乐),
    and pronouns that simplified Chinese does not tell apart (妳: 你). The tables are loaded on first use.

    :param text: Normalised.
    """
    plain = text.translate(_PRONOUNS)
    variants = [plain]
    for tables in (("s2t", "tw2sp"), ("jp2t", "t2s")):
        variant = plain
        for table in tables:
            variant = _ENGINES.converter(table).convert(variant)
        variants.append(variant)
    return tuple(variant for variant in dict.fromkeys(variants) if variant != text)


def cut(run: str) -> list[str]:
    """Cut a run of Chinese characters into jieba's words, in order; their concatenation is the run."""
    return list(_ENGINES.segmenter().cut(run, HMM=False))


def is_word(text: str) -> bool:
    """Whether jieba's dictionary has this word."""
    return bool(_ENGINES.segmenter().FREQ.get(text))


def load(cache_dir: Path | None) -> None:
    """Load both dictionaries: about 1.3 s, or 0.2 s from jieba's cache file.

    :param cache_dir: Where jieba keeps its cache file, made when missing. None, one that cannot be used, or
        one that every user of the machine may write in (jieba trusts the file): no cache file.
    """
    _ENGINES.converter()
    _ENGINES.segmenter(cache_dir)


class _Engines:
    """The two libraries' objects, each made once whatever the number of threads; read-only afterwards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._converters: dict[str, opencc.OpenCC] = {}
        self._segmenter: jieba.Tokenizer | None = None

    def converter(self, table: str = "t2s") -> opencc.OpenCC:
        if table not in self._converters:
            with self._lock:
                if table not in self._converters:
                    self._converters[table] = _make_converter(table)
        return self._converters[table]

    def segmenter(self, cache_dir: Path | None = None) -> jieba.Tokenizer:
        if self._segmenter is None:
            with self._lock:
                if self._segmenter is None:
                    self._segmenter = _make_segmenter(cache_dir)
        return self._segmenter


_ENGINES: Final = _Engines()


def _make_converter(table: str) -> opencc.OpenCC:
    import opencc

    return opencc.OpenCC(table)


def _make_segmenter(cache_dir: Path | None) -> jieba.Tokenizer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old escapes in its regular expressions, and pkg_resources
        import jieba
    # jieba adds its own handler for stderr and tells of every load.
    logging.getLogger("jieba").setLevel(logging.CRITICAL)
    segmenter = jieba.Tokenizer()
    if cache_dir is not None and _is_private(cache_dir):
        if not _read_cache(segmenter, cache_dir / _CACHE_FILE):
            segmenter.tmp_dir = str(cache_dir)
            segmenter.cache_file = _CACHE_FILE
            segmenter.initialize()
    else:
        # What `initialize` does, but for the cache file: its default place is the shared temporary
        # folder, where another user of the machine could put one.
        segmenter.FREQ, segmenter.total = segmenter.gen_pfdict(segmenter.get_dict_file())
        segmenter.initialized = True
    return segmenter


def _read_cache(segmenter: jieba.Tokenizer, cache: Path) -> bool:
    """Do what `initialize` does with a whole cache file, and tell whether there was one.

    It hands the open file to marshal, which then reads each of half a million words by itself: three times as slow.
    """
    try:
        frequencies, total = marshal.loads(cache.read_bytes())  # noqa: S302  nobody else may write there
        if not (isinstance(frequencies, dict) and isinstance(total, int)):
            raise TypeError(f"{cache.name} holds something else")
    except OSError:
        return False
    except (EOFError, ValueError, TypeError):
        with suppress(OSError):
            cache.unlink()  # `initialize` would take whatever can be read
        return False
    segmenter.FREQ, segmenter.total = frequencies, total
    segmenter.initialized = True
    return True


def _is_private(folder: Path) -> bool:
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return not folder.stat().st_mode & stat.S_IWOTH
    return False
