"""/why: what the bot knows of a sticker."""

from __future__ import annotations

from telegram import Sticker as TelegramSticker
from telegram import Update

from bot.context import Context, texts_of
from bot.texts import Texts
from persrv.domain.moderation import Banned
from persrv.domain.stickers import MediaState, PackKind
from persrv.domain.work import Provenance
from persrv.suggest import StickerFacts, sticker_facts
from persrv.suggest.about import EmojiFact

_LONGEST_TEXT = 500
"""Characters of one field that are shown: a message holds 4,096."""
_LONGEST_QUERY = 60
"""Of a query: whoever types 256 emoji for a sticker would leave no room for the rest."""


async def why(update: Update, context: Context) -> None:
    """/why as a reply to a sticker, also to one that came through an inline query."""
    message = update.effective_message
    if message is None:
        return
    texts = texts_of(update)
    replied = message.reply_to_message
    if replied is None or replied.sticker is None:
        await message.reply_html(texts.say("why_usage"))
        return
    services = context.services
    facts = await sticker_facts(
        services.catalogue, services.semantics, services.nsfw_scores, replied.sticker.file_unique_id
    )
    if facts is None:
        text = _unknown(replied.sticker, texts)
    else:
        banned = not facts.live and await _is_banned(facts, context)
        text = describe(facts, texts, banned=banned, limit=services.nsfw.limit)
    await message.reply_html(text, disable_web_page_preview=True)


async def _is_banned(facts: StickerFacts, context: Context) -> bool:
    bans = context.services.bans
    return await bans.is_banned(Banned.sticker(facts.sticker.file_unique_id)) or (
        bool(facts.sticker.pack) and await bans.is_banned(Banned.pack(facts.sticker.pack))
    )


def describe(facts: StickerFacts, texts: Texts, *, banned: bool = False, limit: float | None = None) -> str:
    """What is known of a sticker, as Telegram HTML.

    :param banned: It is not live because an admin banned it.
    :param limit: The NSFW score from which on a sticker is hidden; None: none is.
    """
    lines = [texts.say("why_head")]
    lines += [_emoji(fact, texts) for fact in facts.emoji] or [texts.say("why_no_emoji")]
    lines.append(_pack(facts, texts))
    if not facts.live:
        lines.append(texts.say("why_banned" if banned else "why_retired"))
    lines += [_text(found, texts) for found in facts.texts]
    if facts.queries:
        queries = texts.plain("comma").join(
            texts.say("why_query", query=_cut(query, _LONGEST_QUERY), people=people) for query, people in facts.queries
        )
        lines.append(texts.compose("why_queries", markup={"queries": queries}))
    else:
        lines.append(texts.say("why_no_queries"))
    if facts.nsfw is not None:
        name = "why_nsfw_hidden" if limit is not None and facts.nsfw.score >= limit else "why_nsfw"
        lines.append(texts.say(name, score=f"{facts.nsfw.score:.2f}", source=facts.nsfw.maker.engine))
    if facts.sticker.media is MediaState.UNUSABLE:
        lines.append(texts.say("why_unreadable", reason=facts.sticker.media_problem))
    elif facts.sticker.media is MediaState.WANTED:
        lines.append(texts.say("why_on_its_way"))
    elif not facts.texts and not facts.failures:
        lines.append(texts.say("why_nothing_read"))
    lines += [texts.say(f"why_failed_{failed.task.value}", reason=_cut(failed.reason)) for failed in facts.failures]
    return "\n".join(lines)


def _unknown(sticker: TelegramSticker, texts: Texts) -> str:
    if sticker.set_name:
        return texts.say("why_unknown", name=sticker.set_name)
    return texts.say("why_unknown_without_set")


def _emoji(fact: EmojiFact, texts: Texts) -> str:
    words = fact.chinese if texts.code == "zh" else fact.english
    if not words:
        return texts.say("why_emoji_plain", emoji=fact.emoji)
    return texts.say("why_emoji", emoji=fact.emoji, words=texts.say("comma").join(words))


def _pack(facts: StickerFacts, texts: Texts) -> str:
    if not facts.sticker.pack:
        return texts.say("why_no_pack")
    # A folder that we uploaded as stickers has no page at Telegram.
    name = "why_pack_plain" if facts.pack_kind is PackKind.FOLDER else "why_pack"
    return texts.say(name, title=facts.pack_title, name=facts.sticker.pack)


def _text(found: Provenance, texts: Texts) -> str:
    source = found.maker.engine
    if found.confidence is not None:
        source = texts.say("why_confidence", engine=source, percent=round(100 * found.confidence))
    return texts.say(f"why_{found.field.value}", text=_cut(found.text), source=source)


def _cut(text: str, longest: int = _LONGEST_TEXT) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[:longest] + "…"
