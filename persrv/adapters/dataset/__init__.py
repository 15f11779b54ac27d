"""Dataset folders on disk."""

from persrv.adapters.dataset.folder import read_dataset

__all__ = ["read_dataset"]
