"""Dataset folders on disk."""

from persrv.adapters.dataset.computed import SqliteComputedStore
from persrv.adapters.dataset.files import FolderStickerFiles
from persrv.adapters.dataset.folder import read_dataset
from persrv.adapters.dataset.thumbnails import thumbnail

__all__ = ["FolderStickerFiles", "SqliteComputedStore", "read_dataset", "thumbnail"]
