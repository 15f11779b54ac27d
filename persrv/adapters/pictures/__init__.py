"""Pictures for people, drawn with Pillow and Matplotlib."""

from persrv.adapters.pictures.styles import PillowStylePainter
from persrv.adapters.pictures.usage import MatplotlibUsagePainter

__all__ = ["MatplotlibUsagePainter", "PillowStylePainter"]
