"""The systems that are compared (paper, section 4.5), one a module, behind one small interface."""

from persrv.evaluation.systems.system import Ranking, System, Training

__all__ = ["Ranking", "System", "Training"]
