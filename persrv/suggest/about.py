"""The use case behind /why: everything that is known of one sticker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from persrv.domain.nsfw import NsfwScore
from persrv.domain.stickers import PackKind, Sticker
from persrv.domain.work import Failure, Provenance
from persrv.ports.nsfw import NsfwStore
from persrv.ports.semantics import SemanticsStore
from persrv.ports.storage import CatalogueStore
from persrv.text import find_emoji
from persrv.text.emoji import emoji_table

TOP_QUERIES = 5
"""What people typed most often for a sticker, as many as are shown."""
EMOJI_WORDS = 6
"""Words that are shown for an emoji; a few have dozens."""


@dataclass(frozen=True, slots=True)
class EmojiFact:
    """An emoji that the artist gave, and the first of the words by which it is found.

    :param english: Its name and keywords, each once; () for an emoji that Unicode has no words for.
    :param chinese: The same in simplified Chinese.
    """

    emoji: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StickerFacts:
    """What is known of a sticker.

    :param live: False when no live pack has it any more: it is not suggested.
    :param pack_title: The title of its pack, or the name where it has none, or "".
    :param pack_kind: None where it is in no pack that we know.
    :param texts: What was read and said of it, in the order of `SemanticField`.
    :param queries: What people typed before they chose it, and how many people each; most first.
    :param nsfw: Its NSFW score, or None where nothing has scored it yet.
    :param failures: What the offline stages could not do with it.
    """

    sticker: Sticker
    live: bool
    pack_title: str
    pack_kind: PackKind | None
    emoji: tuple[EmojiFact, ...]
    texts: tuple[Provenance, ...]
    queries: tuple[tuple[str, int], ...]
    nsfw: NsfwScore | None
    failures: tuple[Failure, ...]


async def sticker_facts(
    catalogue: CatalogueStore, semantics: SemanticsStore, nsfw: NsfwStore, file_unique_id: str
) -> StickerFacts | None:
    """Look one sticker up by its Telegram identity; None when we do not know it."""
    sticker = await catalogue.sticker_by_identity(file_unique_id)
    if sticker is None:
        return None
    live, pack, texts, queries, scores, failures = await asyncio.gather(
        catalogue.stickers([sticker.id]),
        catalogue.pack(sticker.pack),
        semantics.known(sticker.id),
        semantics.top_queries(sticker.id, TOP_QUERIES),
        nsfw.scores([sticker.id]),
        semantics.failures_of(sticker.id),
    )
    return StickerFacts(
        sticker=sticker,
        live=sticker.id in live,
        pack_title=(pack.title if pack else "") or sticker.pack,
        pack_kind=pack.kind if pack else None,
        emoji=emoji_facts(sticker.emoji),
        texts=tuple(texts),
        queries=tuple(queries),
        nsfw=scores.get(sticker.id),
        failures=tuple(failures),
    )


def emoji_facts(text: str) -> tuple[EmojiFact, ...]:
    """The emoji of a text, each once, with the first of their words."""
    return tuple(_emoji_fact(emoji) for emoji in dict.fromkeys(find_emoji(text)))


def _emoji_fact(emoji: str) -> EmojiFact:
    entry = emoji_table().get(emoji)
    if entry is None:
        return EmojiFact(emoji, (), ())
    english = dict.fromkeys((entry.english_name, *entry.english))
    chinese = dict.fromkeys((entry.chinese_name, *entry.chinese))
    return EmojiFact(emoji, tuple(english)[:EMOJI_WORDS], tuple(chinese)[:EMOJI_WORDS])
