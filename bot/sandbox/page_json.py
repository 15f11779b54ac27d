"""The world as the chat page's JSON."""

from __future__ import annotations

import json

from bot.sandbox.explaining import Explanation, ToldFacts
from bot.sandbox.inline_desk import InlineOutcome
from bot.sandbox.model import Event, EventKind, Message, StickerItem, StickerSet
from bot.sandbox.telegram_json import Json, button_json, entity_json
from bot.sandbox.world import World


def state_view(world: World) -> Json:
    """Who is there: the bot, the people, the chats."""
    return {
        "bot": {"id": world.bot_id, "username": world.bot_username, "name": world.bot_name},
        "people": [
            {"id": p.id, "name": p.name, "language": p.language, "color": p.color} for p in world.room.people.values()
        ],
        "chats": [{"id": c.id, "title": c.title, "kind": c.kind.value} for c in world.room.chats.values()],
    }


def sticker_view(item: StickerItem) -> Json:
    """A sticker with the addresses of its pictures."""
    unique_id = item.file.unique_id
    return {
        "id": unique_id,
        "format": item.format.value,
        "emoji": item.emoji,
        "set_name": item.set_name,
        "media": f"/media/{unique_id}",
        "preview": f"/preview/{unique_id}.webp",
    }


def message_view(world: World, message: Message) -> Json:
    """A message as the page shows it."""
    person = world.room.people.get(message.sender)
    made: Json = {
        "id": message.id,
        "chat": message.chat_id,
        "from": {
            "id": message.sender,
            "name": world.bot_name if person is None else person.name,
            "is_bot": person is None,
        },
        "date": message.date,
    }
    if message.body.text:
        made["caption" if message.has_media else "text"] = message.body.text
    if message.body.entities:
        made["entities"] = [entity_json(entity) for entity in message.body.entities]
    if message.sticker is not None:
        made["sticker"] = sticker_view(message.sticker)
    if message.photo is not None:
        made["photo"] = f"/media/{message.photo.unique_id}"
    if message.document is not None:
        file = message.document
        made["document"] = {"name": file.name, "url": f"/media/{file.unique_id}", "size": len(file.data)}
    if message.via_bot:
        made["via_bot"] = world.bot_username
    if message.reply_to is not None:
        made["reply_to"] = message.reply_to
    if message.buttons:
        made["buttons"] = [[button_json(button) for button in row] for row in message.buttons]
    if message.edited_at:
        made["edited"] = True
    return made


def event_view(world: World, event: Event) -> Json:
    """Something that happened; a notice has a text instead of a message."""
    made: Json = {"type": event.kind.value, "chat": event.chat_id}
    if event.kind is EventKind.NOTICE:
        return made | {"text": event.text, "alert": event.alert}
    if event.message is not None:
        made["message"] = message_view(world, event.message)
    return made


def inline_view(outcome: InlineOutcome) -> Json:
    """The answer to an inline query."""
    answer = outcome.answer
    button = answer.button
    return {
        "ok": True,
        "query_id": outcome.query_id,
        "results": [{"id": r.id, "sticker": sticker_view(r.sticker)} for r in answer.results],
        "next_offset": answer.next_offset,
        "button": button and {"text": button.text, "start_parameter": button.start_parameter},
        "ms": round(outcome.milliseconds, 3),
    }


def pack_view(found: StickerSet) -> Json:
    """A set in the list of sets."""
    return {
        "name": found.name,
        "title": found.title,
        "count": len(found.stickers),
        "cover": sticker_view(found.stickers[0]) if found.stickers else None,
        "credit": found.credit,
    }


def explanation_view(world: World, explanation: Explanation) -> Json:
    """Why an answer is in its order; a sticker that Telegram does not know any more is null."""
    rows = []
    for row in explanation.rows:
        item = world.sets.sticker(row.file_unique_id)
        rows.append(
            {
                "position": row.position,
                "reason": row.reason,
                "score": row.score,
                "sticker": None if item is None else sticker_view(item),
                "parts": [{"name": name, "value": value} for name, value in row.parts],
                "preference": row.preference,
                "factor": row.factor,
                "own_packs": row.own_packs,
                "pick": row.pick,
            }
        )
    return {"tokens": list(explanation.tokens), "meant": list(explanation.meant), "rows": rows}


def facts_view(facts: ToldFacts) -> Json:
    """What the bot knows of a sticker."""
    return {
        "pack": facts.pack,
        "live": facts.live,
        "media": facts.media,
        "problem": facts.problem,
        "emoji": [{"emoji": e.emoji, "english": list(e.english), "chinese": list(e.chinese)} for e in facts.emoji],
        "texts": [
            {"field": t.field, "text": t.text, "engine": t.engine, "confidence": t.confidence} for t in facts.texts
        ],
        "queries": [{"query": query, "people": people} for query, people in facts.queries],
        "failures": [{"stage": stage, "reason": reason} for stage, reason in facts.failures],
    }


def commands_view(world: World, person: int) -> list[Json]:
    """The commands in a person's menu, in their language, by the most particular scope (Bot API `BotCommandScope`)."""
    language = world.room.person(person).language[:2]
    chat = json.dumps({"chat_id": person, "type": "chat"}, sort_keys=True)
    private, default = (json.dumps({"type": kind}) for kind in ("all_private_chats", "default"))
    for scope in (chat, private, default):
        for code in (language, ""):
            if commands := world.profile.commands.get((scope, code)):
                return [{"command": one.command, "description": one.description} for one in commands]
    return []
