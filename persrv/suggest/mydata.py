"""The use case behind /mydata: everything that is kept of a person, as a JSON document."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Final

from persrv.domain.history import KeptImpression, PersonalRecord
from persrv.domain.trials import Trial
from persrv.preference.profile_bytes import profile_from_bytes

FORMAT: Final = 1
NAME: Final = "persrv-mydata.json"
MANY: Final = 5_000
"""Answers, of a kilobyte each, from which on the file is a zip: Telegram takes 50 MB of a bot."""


def as_file(record: PersonalRecord) -> tuple[str, bytes]:
    """A person's data as UTF-8 JSON, moments in ISO 8601, UTC; packed where it is much. The file's name, and the file.

    Answers are written one after the other, a line each: who types all day has a hundred thousand, and to hold all of
    their text would take gigabytes.

    :raises StorageError: their profile is damaged.
    """
    if len(record.impressions) < MANY:
        return NAME, "".join(_pieces(record)).encode()
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(NAME, "w", force_zip64=True) as file,
    ):
        for piece in _pieces(record):
            file.write(piece.encode())
    return f"{NAME}.zip", packed.getvalue()


def _pieces(record: PersonalRecord) -> Iterator[str]:
    yield json.dumps(_without_answers(record), ensure_ascii=False, indent=2).removesuffix("\n}")
    yield ',\n  "answers": ['
    for number, shown in enumerate(record.impressions):
        yield ",\n    " if number else "\n    "
        yield json.dumps(_answer(shown), ensure_ascii=False)
    yield "\n  ]\n}\n"


def _answer(shown: KeptImpression) -> dict[str, object]:
    return {
        "id": shown.id,
        "query": shown.query,
        "stickers_ranked": list(shown.sticker_ids),
        "stickers_shown": shown.served,
        "shown_at": shown.shown_at.isoformat(),
        **_tried(shown.trial),
    }


def _without_answers(record: PersonalRecord) -> dict[str, object]:
    return {
        "format": FORMAT,
        "user_id": record.user_id,
        "language": record.language,
        "banned_at": record.banned_at.isoformat() if record.banned_at else None,
        "shows_nsfw": record.nsfw,
        "own_packs": record.own_packs.value,
        "private_chat": {None: None, True: "open", False: "blocked"}[record.private_chat],
        "sets_added": list(record.sets),
        "choices": [
            {
                "sticker": choice.sticker,
                "query": choice.query,
                "position": choice.position,
                "chosen_at": choice.chosen_at.isoformat(),
                "answer": choice.impression_id,
            }
            for choice in record.choices
        ],
        "broadcasts_to_you": [delivery.value for delivery in record.broadcasts_to],
        "broadcasts_by_you": [made_at.isoformat() for made_at in record.broadcasts_by],
        "style_profiles": [_profile(data) for data in record.profiles],
    }


def _tried(trial: Trial) -> dict[str, object]:
    """What was tried out in an answer; nothing where nothing was."""
    told: dict[str, object] = {}
    if trial.compared is not None:
        told["rankings_mixed"] = [trial.compared.serving, trial.compared.rival]
        told["picks"] = trial.teams
    if trial.explored is not None:
        told["new_sticker_at"] = trial.explored
    return told


def _profile(data: bytes) -> dict[str, object]:
    profile = profile_from_bytes(data)
    return {
        "space": profile.space_id,
        "choices": profile.choices,
        "different_stickers": profile.distinct,
        "shares": profile.shares.tolist(),
        "radii": profile.radii.tolist(),
        "centroids": profile.centroids.tolist(),
    }
