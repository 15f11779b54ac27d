"""What the services are opened with is what the settings say."""

from __future__ import annotations

from persrv.bootstrap import open_services
from persrv.config import Settings
from persrv.domain.semantics import SemanticField


async def test_the_index_has_its_table_made_for_the_weights_that_serve(tmp_path):
    settings = Settings(data_dir=tmp_path, relevance_ocr=2.0, relevance_pack=0.0, _env_file=None)
    async with open_services(settings) as services:
        weights = dict(zip(SemanticField, services.index._keeper._weights, strict=True))
    assert (weights[SemanticField.OCR], weights[SemanticField.PACK], weights[SemanticField.EMOJI]) == (2.0, 0.0, 1.0)
