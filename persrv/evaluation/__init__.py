"""Evaluation: how good a ranking is (paper, section 4.2)."""
