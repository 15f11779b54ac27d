"""Image encoders behind `persrv.ports.embedding`."""

from persrv.adapters.embedding.opening import IMAGE_ENCODERS, open_image_encoder

__all__ = ["IMAGE_ENCODERS", "open_image_encoder"]
