"""Where `persrv.bootstrap.evaluating` and `persrv.adapters.commit` were: for `benchmarks/`, which still asks here."""

from persrv.adapters.commit import commit
from persrv.bootstrap.evaluating import Options, run_evaluation

__all__ = ["Options", "commit", "run_evaluation"]
