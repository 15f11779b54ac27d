"""OCR engines behind `persrv.ports.ocr`."""
