"""PerSRV: personalised sticker retrieval with a vision-language model, as a product."""

__version__ = "0.1.0"
