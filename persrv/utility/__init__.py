"""Utility: how useful a sticker has been to everybody (paper, section 3.4)."""
