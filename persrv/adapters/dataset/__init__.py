"""Dataset folders on disk."""

from persrv.adapters.dataset.computed import SqliteComputedStore
from persrv.adapters.dataset.files import FolderStickerFiles
from persrv.adapters.dataset.folder import PARTS, count_choices, read_dataset
from persrv.adapters.dataset.interactions import log_text
from persrv.adapters.dataset.thumbnails import thumbnail

__all__ = [
    "PARTS",
    "FolderStickerFiles",
    "SqliteComputedStore",
    "count_choices",
    "log_text",
    "read_dataset",
    "thumbnail",
]
