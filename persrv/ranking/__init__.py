"""Ranking: the order in which recalled stickers are served (paper, section 3.6)."""
