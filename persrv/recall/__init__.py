"""Recall: how well a query's tokens match the stickers' texts (paper, section 3.6)."""
