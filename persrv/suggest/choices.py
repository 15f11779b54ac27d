"""What goes out as an inline result's id comes back as a choice.

`chosen_inline_result` carries the query, the result's id and the person, and nothing else: impression,
position and sticker therefore travel in the id, "{impression}.{position}.{sticker}" (Bot API: 1 to 64 bytes).
"""

from __future__ import annotations

import re
from datetime import datetime

from persrv.domain.history import Choice
from persrv.suggest.own_packs import read_typed

_RESULT_ID = re.compile(r"([0-9a-f]{16})\.(\d{1,9})\.(\d{1,18})", re.ASCII)


def result_id(impression_id: str, position: int, sticker_id: int) -> str:
    """The id of one inline result, at most 45 bytes."""
    return f"{impression_id}.{position}.{sticker_id}"


def choice_from_result(
    *, key: str, user_id: int, language: str, query: str, result: str, chosen_at: datetime
) -> Choice | None:
    """Read a chosen result (Bot API `ChosenInlineResult`).

    What is learnt from is what was meant: a first word that only asks for own packs is left out of the query.

    :param key: Says which choice this is however often it is delivered.
    :return: None when the id is not one of ours (another version of the bot made it).
    """
    match = _RESULT_ID.fullmatch(result)
    if match is None:
        return None
    impression_id, position, sticker_id = match.groups()
    return Choice(
        key=key,
        user_id=user_id,
        sticker_id=int(sticker_id),
        query=read_typed(query).words,
        impression_id=impression_id,
        position=int(position),
        chosen_at=chosen_at,
        language=language,
    )
