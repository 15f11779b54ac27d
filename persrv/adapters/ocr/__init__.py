"""OCR engines behind `persrv.ports.ocr`."""

from persrv.adapters.ocr.opening import open_ocr

__all__ = ["open_ocr"]
