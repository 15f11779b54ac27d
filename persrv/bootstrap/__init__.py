"""The only wiring: settings in, use cases on real adapters out."""

from persrv.adapters.heap import share_heaps
from persrv.adapters.media.uploading import as_sticker_file
from persrv.bootstrap.checking import Checked, check_captioner, check_image_encoder, check_ocr, check_text_encoder
from persrv.bootstrap.engines import captioner, image_encoder, nsfw_engine, ocr_engine, text_encoder, vector_index
from persrv.bootstrap.opening import open_services
from persrv.bootstrap.process import in_background, one_job_at_a_time, prepare_data_dir, utc_now
from persrv.bootstrap.services import Services
from persrv.bootstrap.weights import plus_weights, ranking_weights, relevance_weights, utility_weights

__all__ = [
    "Checked",
    "Services",
    "as_sticker_file",
    "captioner",
    "check_captioner",
    "check_image_encoder",
    "check_ocr",
    "check_text_encoder",
    "image_encoder",
    "in_background",
    "nsfw_engine",
    "ocr_engine",
    "one_job_at_a_time",
    "open_services",
    "plus_weights",
    "prepare_data_dir",
    "ranking_weights",
    "relevance_weights",
    "share_heaps",
    "text_encoder",
    "utc_now",
    "utility_weights",
    "vector_index",
]
