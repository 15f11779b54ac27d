"""What the offline stages compute, on disk: generations of arrays, and the rows of raw embeddings."""

from persrv.adapters.artefacts.generations import FolderArtefactStore
from persrv.adapters.artefacts.rows import FolderEmbeddingArchive

__all__ = ["FolderArtefactStore", "FolderEmbeddingArchive"]
