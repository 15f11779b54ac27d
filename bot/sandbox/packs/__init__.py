"""The sample packs: drawn by our own code or from OpenMoji, once, into a cache folder."""

from __future__ import annotations

from bot.sandbox.packs.build import build_sample_packs
from bot.sandbox.packs.model import SamplePack, SampleSticker

__all__ = ["SamplePack", "SampleSticker", "build_sample_packs"]
