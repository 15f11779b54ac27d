"""Who the bot is: getMe, its commands and descriptions, and chats."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from bot.sandbox.bot_api.params import Params
from bot.sandbox.profile import BotCommand, CommandKey
from bot.sandbox.refusals import bad_request
from bot.sandbox.telegram_json import Json, bot_json, chat_json
from bot.sandbox.world import World

_COMMAND = re.compile(r"/?([a-z0-9_]{1,32})\Z")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?\Z")


def get_me(world: World, params: Params) -> Json:
    """Bot API `getMe`."""
    return bot_json(world) | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": world.inline_enabled,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, params: Params) -> Json:
    """Bot API `getChat`."""
    chat = world.room.chat(params.chat_id())
    return chat_json(chat) | {"accent_color_id": 0, "max_reaction_count": 11}


def set_my_commands(world: World, params: Params) -> bool:
    """Bot API `setMyCommands`: up to 100 commands of a-z, 0-9 and _, each 1-32 long."""
    given = params.decoded("commands", "can't parse commands JSON object")
    if not isinstance(given, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(given) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.profile.commands[_key(params)] = tuple(_command(one) for one in given)
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """Bot API `getMyCommands`."""
    commands = world.profile.commands.get(_key(params), ())
    return [{"command": c.command, "description": c.description} for c in commands]


def delete_my_commands(world: World, params: Params) -> bool:
    """Bot API `deleteMyCommands`."""
    world.profile.commands.pop(_key(params), None)
    return True


def _key(params: Params) -> CommandKey:
    scope = params.decoded("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), _language(params)


def _language(params: Params) -> str:
    language = params.text("language_code")
    if not _LANGUAGE.match(language):
        raise bad_request("LANG_CODE_INVALID")
    return language


def _command(given: object) -> BotCommand:
    if not isinstance(given, dict):
        raise bad_request("can't parse commands: expected BotCommand to be of type Object")
    name = _COMMAND.match(str(given.get("command", "")))
    if name is None:
        raise bad_request("BOT_COMMAND_INVALID")
    description = str(given.get("description", "")).strip()
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return BotCommand(name.group(1), description)


def _texts(world: World, name: str) -> dict[str, str]:
    return {
        "name": world.profile.names,
        "description": world.profile.descriptions,
        "short_description": world.profile.short_descriptions,
    }[name]


def setter(name: str, limit: int) -> Callable[[World, Params], bool]:
    """`setMyName`, `setMyDescription` or `setMyShortDescription`.

    :param limit: Characters.
    """

    def set_text(world: World, params: Params) -> bool:
        text = params.text(name)
        if len(text) > limit:
            raise bad_request(f"BOT_{'TITLE' if name == 'name' else 'ABOUT'}_TOO_LONG")
        _texts(world, name)[_language(params)] = text
        return True

    return set_text


def getter(name: str) -> Callable[[World, Params], Json]:
    """`getMyName`, `getMyDescription` or `getMyShortDescription`; without the language, the default one."""

    def get_text(world: World, params: Params) -> Json:
        texts = _texts(world, name)
        default = world.bot_name if name == "name" else ""
        return {name: texts.get(_language(params)) or texts.get("") or default}

    return get_text
