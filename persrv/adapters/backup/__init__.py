"""The whole state in one file, and back: the database, sticker files, what the nights computed."""

from persrv.adapters.backup.places import StatePlaces
from persrv.adapters.backup.restoring import restore_backup
from persrv.adapters.backup.swapping import is_begun, mend, was_cut_off
from persrv.adapters.backup.writing import write_backup

__all__ = ["StatePlaces", "is_begun", "mend", "restore_backup", "was_cut_off", "write_backup"]
