"""Recall at the limit: how long a search of half a million stickers takes, here and elsewhere."""
