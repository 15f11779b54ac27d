"""Sticker media: files into frames in a process of their own, and files kept on disk."""

from persrv.adapters.media.store import FolderMediaStore
from persrv.adapters.media.worker import ProcessFrameDecoder

__all__ = ["FolderMediaStore", "ProcessFrameDecoder"]
