"""The use case of taking packs in: fetch, keep up to date, retire, index."""

from persrv.catalogue.folder import FolderImport, FolderPack, read_folders
from persrv.catalogue.importer import PackImporter
from persrv.catalogue.indexing import Indexer
from persrv.catalogue.moderation import Moderation
from persrv.catalogue.names import pack_name
from persrv.catalogue.progress import Outcome, PackProgress, ProgressListener, SilentProgress

__all__ = [
    "FolderImport",
    "FolderPack",
    "Indexer",
    "Moderation",
    "Outcome",
    "PackImporter",
    "PackProgress",
    "ProgressListener",
    "SilentProgress",
    "pack_name",
    "read_folders",
]
