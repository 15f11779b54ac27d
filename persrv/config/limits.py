"""What one person may ask for, and how long what they did is kept."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Limits(BaseModel):
    """How much, and how long."""

    queries_a_minute: int = Field(
        default=120,
        ge=0,
        le=6000,
        description="Inline queries of one person that are answered in a minute; one word is several. 0: all.",
    )
    sets_a_day: int = Field(
        default=50,
        ge=0,
        le=10_000,
        description="Sticker sets that one person may send in 24 hours; admins any number. 0: any number.",
    )
    stickers_a_day: int = Field(
        default=2000,
        ge=0,
        le=1_000_000,
        description="Sticker files that are fetched for one person's sets, or drawn for their /mystyle, in 24 hours; "
        "admins any number. 0: any number.",
    )
    keep_impressions_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="How long the night keeps what people typed and were shown. 0: for ever.",
    )
    keep_choices_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="How long the night keeps the stickers that people chose, and the words for it. 0: for ever.",
    )
