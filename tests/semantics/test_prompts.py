from __future__ import annotations

from persrv.semantics import prompts


def test_the_keywords_prompt_is_the_papers_word_for_word():
    words = """You are a sticker expert. Please carefully observe and understand the meanings that the sticker wants to
    convey and give a brief phrase or two that expresses the semantic meanings of this sticker."""
    assert " ".join(words.split()) == prompts.KEYWORDS_PROMPT


def test_the_description_prompt_is_the_papers_word_for_word():
    words = """This is a sticker. 1. Please describe the sticker in detail. 2. Also, describe the feelings it is meant
    to express. Use this format 1. | 2."""
    assert " ".join(words.split()) == prompts.DESCRIPTION_PROMPT
