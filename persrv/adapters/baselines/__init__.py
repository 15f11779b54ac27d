"""The models of the neural baselines, behind `persrv.ports.models`. Importing this loads none of them."""

from persrv.adapters.baselines.blip2 import BLIP2, Blip2Describer
from persrv.adapters.baselines.opus_mt import OPUS_MT, OpusMtTranslator
from persrv.adapters.baselines.srs.matcher import SrsMatcher
from persrv.adapters.baselines.srs.sizes import SrsSizes, SrsTraining

__all__ = ["BLIP2", "OPUS_MT", "Blip2Describer", "OpusMtTranslator", "SrsMatcher", "SrsSizes", "SrsTraining"]
