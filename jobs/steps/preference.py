"""Learns people's styles, and lets the embeddings that they are learnt from serve with them (paper, section 3.5)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from persrv.bootstrap import Services, image_encoder
from persrv.domain.runs import JobName
from persrv.errors import ArtefactsDamaged, StorageError
from persrv.ports.artefacts import Note
from persrv.ports.jobs import JobProgress
from persrv.ports.learning import PersonsChoices, StoredProfile
from persrv.preference.choices import profile_of_choices
from persrv.preference.pooling import pool_over_sets
from persrv.preference.profile_bytes import profile_to_bytes
from persrv.preference.share import style_field
from persrv.preference.space import EmbeddingSpace, fit_space
from persrv.preference.space_bytes import space_from_bytes, space_to_bytes
from persrv.suggest.serving import CHOICES, DENSITY, POOLED, SCALE, SPACE_ID, VECTORS

SPACE, FITTED_ON = "space", "fitted_on"
"""The array that holds the space as bytes, and the note of how many stickers it was fitted on."""
GROWTH = 1.25
"""The space is fitted anew when there are this many times the stickers that it was fitted on: a space that stays
keeps every profile valid."""
ROWS_AT_ONCE = 16_384


async def learn_styles(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Fit everybody's profile, then let embeddings and profiles take their place together.

    Profiles of a new space are written beside those that serve; only the publication makes the bot look for them.
    """
    log = services.choices
    upto = await log.latest()  # before the log is read: who chooses meanwhile is fitted again by the bot
    space, fitted_on, vectors = await asyncio.to_thread(_space_and_vectors, services)
    counts: Counter[str] = Counter(done=0, profiles=0)
    progress.begin(JobName.PREFERENCE, None)
    if space is None:
        return counts
    async for people in log.by_person():
        fitted = await asyncio.to_thread(partial(_fit, people, vectors, space.space_id, services.settings.styles))
        if fitted:
            await services.profiles.save(fitted)
        without = {person.user_id for person in people} - {profile.user_id for profile in fitted}
        if without:
            await services.profiles.remove(without, space.space_id)
        counts["done"] += len(people)
        counts["profiles"] += len(fitted)
        progress.advance(counts)
    sets = np.full(len(vectors), -1, dtype=np.int64)
    for sticker_id, pack_id in await services.catalogue.packs_of_stickers():
        if sticker_id < len(sets):
            sets[sticker_id] = pack_id
    await asyncio.to_thread(_publish, services, space, vectors, sets, {FITTED_ON: fitted_on, CHOICES: upto})
    await services.profiles.keep_only(space.space_id)
    return counts


def _publish(
    services: Services,
    space: EmbeddingSpace,
    vectors: NDArray[np.float16],
    sets: NDArray[np.int64],
    notes: dict[str, Note],
) -> None:
    """The embeddings for profiles, and pooled over sets for kernel shares, in one generation."""
    field = style_field(pool_over_sets(vectors, sets), space_id=space.space_id)
    arrays: dict[str, NDArray[np.generic]] = {
        VECTORS: vectors,
        SPACE: np.frombuffer(space_to_bytes(space), dtype=np.uint8),
        POOLED: field.vectors.astype(np.float16),
        DENSITY: field.density.astype(np.float32),
    }
    services.artefacts.publish(arrays, {SPACE_ID: space.space_id, SCALE: field.scale, **notes})


def _fit(
    people: Sequence[PersonsChoices], vectors: NDArray[np.float16], space_id: str, styles: int
) -> list[StoredProfile]:
    fitted = []
    for person in people:
        profile = profile_of_choices(vectors, person.sticker_ids, person.counts, space_id=space_id, k=styles)
        if profile is not None:
            fitted.append(StoredProfile(person.user_id, space_id, profile_to_bytes(profile)))
    return fitted


def _space_and_vectors(services: Services) -> tuple[EmbeddingSpace | None, int, NDArray[np.float16]]:
    """The space to serve, how many stickers it was fitted on, and every sticker's place in it."""
    encoder = image_encoder(services.settings)
    try:
        raw = services.embeddings.rows(encoder.name, encoder.version, encoder.dimensions).read()
        services.embeddings.keep_only(encoder.name, encoder.version)
        embedded = int(raw.any(axis=1).sum())
        if not embedded:
            return None, 0, np.zeros((0, 1), dtype=np.float16)
        space, fitted_on = _present_space(services, f"{encoder.name} {encoder.version}")
        if space is None or embedded > fitted_on * GROWTH:
            rows = raw[raw.any(axis=1)]
            space = fit_space(
                np.asarray(rows, dtype=np.float32),
                encoder_version=f"{encoder.name} {encoder.version}",
                whitens=encoder.whitens,
            )
            fitted_on = embedded
    finally:
        encoder.close()
    parts = [
        space.apply(np.asarray(raw[start : start + ROWS_AT_ONCE], dtype=np.float32)).astype(np.float16)
        for start in range(0, len(raw), ROWS_AT_ONCE)
    ]
    return space, fitted_on, np.concatenate(parts)


def _present_space(services: Services, encoder_version: str) -> tuple[EmbeddingSpace | None, int]:
    """The space that serves now, if it is this encoder's."""
    try:
        artefacts = services.artefacts.current()
        if SPACE not in artefacts.arrays:
            return None, 0
        space = space_from_bytes(artefacts.arrays[SPACE].tobytes())
    except (ArtefactsDamaged, StorageError):
        return None, 0
    if space.encoder_version != encoder_version:
        return None, 0
    return space, int(artefacts.notes.get(FITTED_ON, 0))
