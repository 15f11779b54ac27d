"""Updates as nobody should send them: whole, damaged, and of values that Telegram never sends there."""

from __future__ import annotations

import hypothesis.strategies as st

from tests.bot.offline_bot import ADMIN

NUMBERS = st.sampled_from([0, 1, -1, 7, 2**31, 2**52, 2**63 - 1, 2**63, -(2**63) - 1, 10**30]) | st.integers(
    2000, 2**40
)
TEXTS = st.text(max_size=300) | st.sampled_from(
    [
        *(
            "",
            "/",
            "/start \x00",
            "/addset",
            "/start@persrv_bot " + "x" * 4000,
            "\ud800",
            "\u202e",
            "'; DROP TABLE stickers; --",
        ),
        *(
            "<b>",
            "&lt;",
            "{bot}",
            "%s",
            "tg://addstickers?set=" + "a" * 64,
            "https://t.me/addstickers/Cats?x",
            "../../etc/passwd",
        ),
        *('"* ~^[]{}() AND OR field:value', "🏳️‍🌈" * 60, "a" * 4096, "想哭" * 2000, "0" * 16 + ".50"),
    ]
)
JUNK = st.none() | st.booleans() | NUMBERS | st.floats() | st.just([]) | st.just({}) | st.just([{"id": 1}])
"""Values of a type that Telegram never sends there."""
COMMANDS = [
    *("/start", "/help", "/packs", "/addset", "/mystyle", "/why", "/nsfw", "/mine", "/jobs", "/evaluate", "/privacy"),
    "/forgetme",
]


def without_some(**values):
    """A dict of these, in which some are missing and some are junk."""
    return st.fixed_dictionaries(
        {},
        optional={
            name: value | st.deferred(lambda: JUNK) if value is not None else JUNK for name, value in values.items()
        },
    )


def mostly(strategy, **values):
    """A whole one, or (a third of them) a damaged one."""
    return strategy | strategy | without_some(**values)


def whole(**values):
    return st.fixed_dictionaries(values)


_user = {"id": NUMBERS, "is_bot": st.booleans(), "first_name": TEXTS, "language_code": TEXTS | st.just("zh-hans")}
USERS = mostly(whole(**_user), **_user)
_chat = {"id": NUMBERS, "type": st.sampled_from(["private", "private", "group", "supergroup", "channel", "x"])}
CHATS = mostly(whole(**_chat), **_chat)
_sticker = {
    **{"file_id": TEXTS, "file_unique_id": TEXTS | st.just("u1"), "type": TEXTS, "width": NUMBERS, "height": NUMBERS},
    **{"is_animated": st.booleans(), "is_video": st.booleans(), "set_name": TEXTS | st.just("Cats")},
}
STICKERS = mostly(whole(**_sticker), **_sticker)
_entity = {
    "type": st.sampled_from(["bot_command", "url", "x"]),
    "offset": st.integers(0, 3),
    "length": st.integers(0, 12),
}
ENTITIES = st.lists(mostly(whole(**_entity), **_entity), max_size=2)
_message = {"message_id": NUMBERS, "date": NUMBERS, "chat": CHATS, "from": USERS}
_bodies = {"text": TEXTS, "entities": ENTITIES, "sticker": STICKERS, "caption": TEXTS, "via_bot": USERS}
MESSAGES = st.fixed_dictionaries(
    _message, optional={**_bodies, "reply_to_message": st.fixed_dictionaries(_message, optional=_bodies)}
)


@st.composite
def commands(draw):
    """A command of ours from somebody, whole, with any arguments."""
    name = draw(st.sampled_from(COMMANDS))
    person = draw(st.sampled_from([7, ADMIN]))
    return {
        "message_id": 5,
        "date": 1,
        "chat": {"id": person, "type": "private"},
        "from": {"id": person, "is_bot": False, "first_name": "x", "language_code": draw(TEXTS)},
        "text": f"{name} {draw(TEXTS)}"[:4096],
        "entities": [{"type": "bot_command", "offset": 0, "length": len(name)}],
    } | draw(
        st.sampled_from([{}, {"reply_to_message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}}])
    )


_query = {"id": TEXTS, "from": USERS, "query": TEXTS, "offset": TEXTS}
QUERIES = mostly(whole(**_query), **_query)
RESULT_IDS = TEXTS | st.builds(
    "{}.{}.{}".format,
    st.text("0123456789abcdef", min_size=14, max_size=17),
    st.integers(-1, 10**10),
    st.sampled_from([0, 1, 2, 3, 4, 10**17, 10**18 - 1, 10**19, "١", "1\n"]),
)
_chosen = {"result_id": RESULT_IDS, "from": USERS, "query": TEXTS}
CHOSEN = mostly(whole(**_chosen), **_chosen)
DATA = TEXTS | st.sampled_from(
    [
        *(
            "forget:yes",
            "forget:no",
            "forget:1002",
            "forget:yes\n",
            "forget:yes:1002",
            "job:nightly",
            "job:refresh",
            "job:",
        ),
        *("nsfw:on", "nsfw:off", "nsfw:", "nsfw:on:1002", "nsfw:on\n"),
        *("mine:only", "mine:off", "mine:", "mine:only:1002", "mine:only\n"),
        *("job:../../x", "job:NIGHTLY", "evaluate:stop", "evaluate:", "evaluate:/etc/passwd"),
    ]
)
_press = {
    "id": TEXTS,
    "from": USERS,
    "chat_instance": TEXTS,
    "data": DATA,
    "message": MESSAGES,
    "inline_message_id": TEXTS,
}
PRESSES = mostly(whole(**{k: v for k, v in _press.items() if k != "inline_message_id"}), **_press)
