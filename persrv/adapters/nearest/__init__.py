"""Which of many vectors are nearest: exactly while they are few, by an inverted file where they are many."""

from persrv.adapters.nearest.inverted import EXACT, arrange_vectors, open_nearest

__all__ = ["EXACT", "arrange_vectors", "open_nearest"]
