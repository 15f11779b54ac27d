"""Vision-language models behind `persrv.ports.captioner`."""

from persrv.adapters.caption.opening import CAPTION_ENGINES, open_captioner

__all__ = ["CAPTION_ENGINES", "open_captioner"]
