"""The evaluation's wiring: a dataset folder and settings in, a report on disk out. What serves loads none of it."""

from persrv.bootstrap.evaluating.running import Options, run_evaluation

__all__ = ["Options", "run_evaluation"]
