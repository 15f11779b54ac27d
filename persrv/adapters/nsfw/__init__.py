"""Engines that score stickers for `persrv.ports.nsfw`."""

from persrv.adapters.nsfw.opening import open_nsfw

__all__ = ["open_nsfw"]
