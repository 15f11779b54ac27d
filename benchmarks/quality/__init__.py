"""How good the suggestions are, on data sets at hand: `python -m benchmarks.quality` writes docs/results.md."""
