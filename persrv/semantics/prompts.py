"""The paper's two instructions to the vision-language model, word for word (section 3.3.1).

A changed prompt asks for new captions, so each has a version that is stored beside the answer.
"""

from __future__ import annotations

from typing import Final

KEYWORDS_PROMPT: Final = (
    "You are a sticker expert. Please carefully observe and understand the meanings that the sticker wants to "
    "convey and give a brief phrase or two that expresses the semantic meanings of this sticker."
)
"""Asks for VLM_s of equation 7, the keywords; the fine-tuned model is trained and asked with it too."""

DESCRIPTION_PROMPT: Final = (
    "This is a sticker. 1. Please describe the sticker in detail. 2. Also, describe the feelings it is meant to "
    "express. Use this format 1. | 2."
)
"""Asks for VLM_d of equation 7: description and emotions in one answer, taken apart by `answers`."""

PROMPTS_VERSION: Final = "paper-1"
"""Changes with a word of either prompt."""
