"""One way to read text, for the index and for the query: normalise, tokenise, and the words of emoji.

Importing this loads nothing; the first use (or `warm_up`) loads the dictionaries.
"""

from persrv.text.emoji import emoji_words, find_emoji
from persrv.text.normalisation import MAX_CHARACTERS, normalise
from persrv.text.tokens import MAX_TOKEN_CHARACTERS, tokenise, tokenise_characters, units, warm_up

__all__ = [
    "MAX_CHARACTERS",
    "MAX_TOKEN_CHARACTERS",
    "emoji_words",
    "find_emoji",
    "normalise",
    "tokenise",
    "tokenise_characters",
    "units",
    "warm_up",
]
