"""Mutated sticker files through the real decoding worker: frames or a clear error, never a hang or a crash."""
