"""What looks at stickers by night: words, what is for adults, styles, captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationInfo, field_validator

from persrv.config.checks import ENV_PREFIX, fits_a_header, server_address

OCR_ENGINES = ("rapidocr", "paddleocr", "none")
NSFW_ENGINES = ("opennsfw", "none")
IMAGE_ENCODERS = ("style", "cn-clip", "chinese-clip")


class Engines(BaseModel):
    """Which engines, and how they are run."""

    ocr_engine: str = Field(
        default="rapidocr",
        description="What reads the words drawn on stickers: rapidocr (installed), paddleocr (the paper's; "
        "pip install 'persrv[paddle]') or none.",
    )
    nsfw_engine: str = Field(
        default="opennsfw",
        description="What tells which stickers are not for everybody: opennsfw (Yahoo's open_nsfw, installed) or none: "
        "then nothing is hidden. Each person may have them shown with /nsfw.",
    )
    nsfw_limit: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="The score, up to 1, from which on a sticker is hidden. 0.8: from there on open_nsfw's authors "
        "call a picture very probably indecent; of 500 drawn emoji none came above 0.32.",
    )
    image_encoder: str = Field(
        default="style",
        description="What people's styles are learnt from: style (colour, line and texture; installed), or the paper's "
        "Chinese-CLIP by cn-clip or chinese-clip (through transformers), both with pip install 'persrv[clip]'.",
    )
    image_model: str | None = Field(
        default=None,
        description="chinese-clip: a model's folder or name on the hub. cn-clip: a name such as ViT-B-16, or "
        "ViT-B-16@FILE with a checkpoint. Default: the paper's ViT-B/16.",
    )
    caption_engine: Literal["none", "llava", "openai"] = Field(
        default="none",
        description="Who captions stickers: none; llava, a model on this machine (needs the extra llava); or openai, "
        "any OpenAI-compatible server that takes pictures, such as vLLM or Ollama.",
    )
    caption_model: str | None = Field(
        default=None,
        description="llava: a model's folder or name on the Hugging Face hub, by default the paper's, "
        "llava-hf/llava-1.5-7b-hf. openai: the model as the server calls it, required.",
        validate_default=True,
    )
    caption_adapter: str | None = Field(
        default=None,
        description="llava: a LoRA adapter's folder or name for that model, such as `persrv finetune` makes.",
    )
    caption_url: Annotated[str, AfterValidator(server_address)] | None = Field(
        default=None,
        description="openai: the server's address, like http://localhost:8000/v1, required.",
        validate_default=True,
    )
    caption_api_key: Annotated[SecretStr, AfterValidator(fits_a_header)] | None = Field(
        default=None, description="openai: the key, where the server wants one; sent to CAPTION_URL alone."
    )
    caption_concurrency: int = Field(
        default=4, ge=1, le=64, description="openai: stickers that the server is asked about at the same time."
    )
    caption_timeout: float = Field(
        default=120, gt=0, le=3600, description="openai: seconds to wait for one answer before asking again."
    )
    caption_device: Literal["auto", "cuda", "cpu"] = Field(
        default="auto", description="llava: auto (a GPU where there is one), cuda or cpu."
    )
    caption_dtype: Literal["auto", "float16", "bfloat16", "float32"] = Field(
        default="auto",
        description="llava: what it computes in. auto: float16 on a GPU; on a processor float32, or bfloat16 for a "
        "model of a billion weights and more.",
    )
    caption_batch: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="llava: stickers at a time. Default: 8 on a GPU, 1 on a processor; halved when memory runs out.",
    )

    @field_validator("ocr_engine")
    @classmethod
    def _known_ocr_engine(cls, value: str) -> str:
        return _one_of(value, OCR_ENGINES)

    @field_validator("nsfw_engine")
    @classmethod
    def _known_nsfw_engine(cls, value: str) -> str:
        return _one_of(value, NSFW_ENGINES)

    @field_validator("image_encoder")
    @classmethod
    def _known_image_encoder(cls, value: str) -> str:
        return _one_of(value, IMAGE_ENCODERS)

    @field_validator("image_model")
    @classmethod
    def _a_model_is_for_a_network(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("image_encoder") == "style":
            raise ValueError(
                f"names a model, and {ENV_PREFIX}IMAGE_ENCODER=style has none: leave it empty, or choose cn-clip or "
                "chinese-clip"
            )
        return value

    @field_validator("caption_model", "caption_url")
    @classmethod
    def _captions_by_a_server_need_it(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("caption_engine") == "openai":
            what = "the model as the server calls it" if info.field_name == "caption_model" else "the server's address"
            raise ValueError(f"is needed with {ENV_PREFIX}CAPTION_ENGINE=openai: {what}")
        return value

    @field_validator("caption_adapter")
    @classmethod
    def _an_adapter_is_for_llava(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("caption_engine") == "openai":
            raise ValueError(
                f"is for {ENV_PREFIX}CAPTION_ENGINE=llava; load the adapter in the server (vLLM: --lora-modules) and "
                f"name it in {ENV_PREFIX}CAPTION_MODEL"
            )
        return value


def _one_of(value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ValueError(f"wants one of {', '.join(known)}")
    return value
