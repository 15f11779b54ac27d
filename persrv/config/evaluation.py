"""What `persrv evaluate` and /evaluate run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from persrv.config.checks import of_this_user


class Evaluation(BaseModel):
    """The data set, and the baselines that need weights of their own."""

    evaluation_dataset: Annotated[Path, AfterValidator(of_this_user)] | None = Field(
        default=None,
        description="The dataset folder that /evaluate runs the paper's tables on. Default: none, no /evaluate.",
    )

    evaluation_blip2_model: str | None = Field(
        default=None,
        description="The system blip2 of `persrv evaluate`: a folder or a name on the Hugging Face hub, like "
        "Salesforce/blip2-opt-2.7b (15 GB). Default: none, blip2 is not run. Needs pip install 'persrv[baselines]'.",
    )
    evaluation_translation_model: str = Field(
        default="Helsinki-NLP/opus-mt-en-zh",
        description="What blip2's captions are translated with: an Opus-MT model's folder or name (300 MB).",
    )
    evaluation_clip_model: str | None = Field(
        default=None,
        description="The system clip-cn: a Chinese-CLIP's folder or name, like OFA-Sys/chinese-clip-vit-base-patch16 "
        "(750 MB). Default: none, clip-cn is not run. Needs pip install 'persrv[clip]'.",
    )
    evaluation_srs_epochs: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="The system srs: times that its network sees every training click; 10 do, and take hours without "
        "a GPU. 0: srs is not run. Needs pip install 'persrv[baselines]'.",
    )
