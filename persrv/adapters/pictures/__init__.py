"""Pictures for people, drawn with Pillow."""

from persrv.adapters.pictures.styles import PillowStylePainter

__all__ = ["PillowStylePainter"]
