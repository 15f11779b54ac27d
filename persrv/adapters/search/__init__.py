"""The search index over Whoosh: the durable index of record, read into numpy arrays for scoring."""

from persrv.adapters.search.memory_index import MemoryStickerIndex
from persrv.adapters.search.whoosh_index import WhooshStickerIndex

__all__ = ["MemoryStickerIndex", "WhooshStickerIndex"]
