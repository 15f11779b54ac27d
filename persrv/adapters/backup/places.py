"""Where the parts of the state are on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from persrv.adapters.database.database import parse_url
from persrv.adapters.database.sqlite import file_of
from persrv.config import Settings
from persrv.errors import StorageError


@dataclass(frozen=True, slots=True)
class StatePlaces:
    """The files and folders that make up the state.

    :param index: The search index. It is derived, and some of its files are pickles: it is never in a backup.
    """

    database: Path
    media: Path
    artefacts: Path
    embeddings: Path
    index: Path

    @classmethod
    def of(cls, settings: Settings) -> StatePlaces:
        """The places that the settings name.

        :raises StorageError: the database is no file.
        """
        url = parse_url(settings.database)
        database = file_of(url) if url.get_backend_name() == "sqlite" else None
        if database is None:
            raise StorageError("Only an SQLite database is backed up here; a server has its own tools for that.")
        return cls(
            database=database,
            media=settings.media_dir,
            artefacts=settings.artefacts_dir,
            embeddings=settings.embeddings_dir,
            index=settings.index_dir,
        )
