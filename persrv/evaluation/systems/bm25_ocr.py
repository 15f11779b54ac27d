"""`bm25-ocr`: clicked queries and the words drawn on a sticker (paper, section 4.5).

Its figures in the paper's table 4 are those of row 2 of table 5 (OCR + history), and so they are here.
"""

from __future__ import annotations

from dataclasses import replace

from persrv.evaluation.systems.bm25 import NO_FIELD, FieldSearch
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.recall.weights import RelevanceWeights


def bm25_ocr(index: RecallIndex, weights: RelevanceWeights) -> FieldSearch:
    """Two fields.

    :param weights: Of which the two are taken: the same as the full system's, so that both are tuned alike.
    """
    return FieldSearch("bm25-ocr", index, replace(NO_FIELD, ocr=weights.ocr, queries=weights.queries))
