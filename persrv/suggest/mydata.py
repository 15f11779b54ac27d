"""The use case behind /mydata: everything that is kept of a person, as a JSON document."""

from __future__ import annotations

import json

from persrv.domain.history import PersonalRecord
from persrv.domain.trials import Trial
from persrv.preference.profile_bytes import profile_from_bytes

FORMAT = 1


def as_json(record: PersonalRecord) -> bytes:
    """A person's data as UTF-8 JSON; moments in ISO 8601, UTC.

    :raises StorageError: their profile is damaged.
    """
    document = {
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
        "answers": [
            {
                "id": shown.id,
                "query": shown.query,
                "stickers_ranked": list(shown.sticker_ids),
                "stickers_shown": shown.served,
                "shown_at": shown.shown_at.isoformat(),
                **_tried(shown.trial),
            }
            for shown in record.impressions
        ],
        "broadcasts_to_you": [delivery.value for delivery in record.broadcasts_to],
        "broadcasts_by_you": [made_at.isoformat() for made_at in record.broadcasts_by],
        "style_profiles": [_profile(data) for data in record.profiles],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


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
