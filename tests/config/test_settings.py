from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from persrv.adapters.embedding import IMAGE_ENCODERS
from persrv.adapters.nsfw.opening import NSFW_ENGINES
from persrv.adapters.ocr.opening import OCR_ENGINES
from persrv.bootstrap import ranking_weights, relevance_weights, utility_weights
from persrv.config import Settings, engines, environment_of, load_settings, secrets_of, unknown_settings
from persrv.errors import ConfigurationError
from persrv.preference.profile import MAX_STYLES
from persrv.ranking.personal import RankingWeights
from persrv.recall.weights import RelevanceWeights
from persrv.utility.weights import UtilityWeights

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"


def problems(monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(f"PERSRV_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    return caught.value.problems


def test_the_defaults_need_nothing():
    settings = load_settings()
    assert settings.bot_token is None
    assert settings.database == f"sqlite+aiosqlite:///{Path('data').resolve().as_posix()}/persrv.sqlite3"
    assert settings.webhook_address == ("127.0.0.1", 8443)


def test_a_path_may_begin_with_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/mei")
    monkeypatch.setenv("USERPROFILE", "/home/mei")
    monkeypatch.setenv("PERSRV_DATA_DIR", "~/persrv")
    assert load_settings().data_dir == Path("/home/mei/persrv")
    (problem,) = problems(monkeypatch, EVALUATION_DATASET="~nobody-of-that-name/data")
    assert problem.startswith("PERSRV_EVALUATION_DATASET names a user's home folder")


def test_each_port_is_explained_by_its_own_example(monkeypatch):
    found = problems(monkeypatch, HEALTH_LISTEN="9090", WEBHOOK_LISTEN="8443")
    assert [problem.rpartition(":")[2] for problem in found] == ["8443", "9090"]


@pytest.mark.parametrize("listen", ["8443", ":8443", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1"])
def test_what_is_no_host_and_port_is_a_mistake_of_its_setting(monkeypatch, listen):
    found = problems(monkeypatch, HEALTH_LISTEN=listen, WEBHOOK_LISTEN=listen)
    assert [problem.split(" ")[0] for problem in found] == ["PERSRV_WEBHOOK_LISTEN", "PERSRV_HEALTH_LISTEN"]


def test_the_last_port_and_an_address_in_brackets_are_taken():
    settings = load_settings(health_listen="[::1]:65535", webhook_listen="0.0.0.0:1")
    assert (settings.health_address, settings.webhook_address) == (("::1", 65535), ("0.0.0.0", 1))


def test_the_environment_wins_over_the_file(monkeypatch):
    Path(".env").write_text("PERSRV_RECALL_SIZE=50\nPERSRV_FETCH_CONCURRENCY=2\n")
    monkeypatch.setenv("PERSRV_RECALL_SIZE", "60")
    settings = load_settings()
    assert (settings.recall_size, settings.fetch_concurrency) == (60, 2)


def test_every_mistake_is_reported_at_once_and_by_name(monkeypatch):
    found = problems(
        monkeypatch,
        BOT_TOKEN="hunter2",
        ADMIN_IDS="12,mei",
        TELEGRAM_API_URL="ftp://x",
        WEBHOOK_LISTEN="8443",
        NIGHTLY_AT="25:00",
        TIMEZONE="Mars/Base",
        RELEVANCE_OCR="-1",
        NSFW_ENGINE="clip",
        NSFW_LIMIT="0",
        DATABASE_URL="mysql://x/y",
    )
    named = {problem.split(" ")[0] for problem in found}
    expected = "BOT_TOKEN ADMIN_IDS TELEGRAM_API_URL WEBHOOK_LISTEN NIGHTLY_AT TIMEZONE RELEVANCE_OCR DATABASE_URL"
    expected += " NSFW_ENGINE NSFW_LIMIT"
    assert named == {f"PERSRV_{name}" for name in expected.split()}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("data/persrv.sqlite3", "is not a database URL"),
        ("sqlite:///persrv.sqlite3", "names the driver sqlite;"),
        ("postgresql+asyncpg://me:s3cret@host/persrv", "names the driver postgresql+asyncpg;"),
        ("sqlite+aiosqlite://me:s3cret@host/persrv.sqlite3", "wants three slashes and a file"),
        ("sqlite+aiosqlite://persrv.sqlite3", "wants three slashes and a file"),
        ("sqlite+aiosqlite:///", "wants three slashes and a file"),
        ("sqlite+aiosqlite://", "wants three slashes and a file"),
    ],
)
def test_what_is_no_file_of_sqlite_is_refused_without_its_password(monkeypatch, url, said):
    (problem,) = problems(monkeypatch, DATABASE_URL=url)
    assert problem.startswith(f"PERSRV_DATABASE_URL {said}")
    assert "s3cret" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:///persrv.sqlite3",
        "sqlite+aiosqlite:////var/lib/persrv/persrv.sqlite3",
        "sqlite+aiosqlite:///C:\\persrv\\a:b@c.sqlite3",
        "sqlite+aiosqlite:///file:persrv.sqlite3?mode=rw&uri=true",
    ],
)
def test_an_address_of_a_file_of_sqlite_is_read_as_the_database_reads_it_and_holds_no_secret(url):
    settings = load_settings(database_url=url, bot_token=TOKEN)
    parsed = make_url(settings.database)
    assert (parsed.drivername, parsed.host, parsed.password) == ("sqlite+aiosqlite", None, None)
    assert parsed.database == url.removeprefix("sqlite+aiosqlite:///").partition("?")[0]
    assert secrets_of(settings) == (TOKEN,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPARE_WITH", "bm25"),
        ("COMPARE_WITH", "persrv-plus"),  # serves already
        ("COMPARE_SHARE", "1.1"),
        ("COMPARE_SHARE", "-0.1"),
        ("EXPLORE_SHARE", "0.21"),
    ],
)
def test_a_wrong_setting_of_a_trial_is_named(monkeypatch, name, value):
    (problem,) = problems(monkeypatch, **{name: value})
    assert problem.startswith(f"PERSRV_{name} ")


def test_a_comparison_is_off_until_another_ranking_than_the_serving_one_is_named(monkeypatch):
    assert (load_settings().compare_with, load_settings().explore_share) == (None, 0)
    monkeypatch.setenv("PERSRV_RANKING", "persrv")
    monkeypatch.setenv("PERSRV_COMPARE_WITH", "persrv-plus")
    settings = load_settings()
    assert (settings.compare_with, settings.compare_share) == ("persrv-plus", 0.1)


def test_captions_by_a_server_need_its_address_and_the_model_at_once(monkeypatch):
    found = problems(monkeypatch, CAPTION_ENGINE="openai", CAPTION_ADAPTER="lora", CAPTION_API_KEY="s3cret key")
    named = [problem.split(" ")[0] for problem in found]
    assert named == [f"PERSRV_CAPTION_{name}" for name in ("MODEL", "ADAPTER", "URL", "API_KEY")]
    assert "s3cret" not in " ".join(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENGINE", "blip"),
        ("URL", "localhost:8000"),
        ("URL", "http://me:s3cret@host/v1"),
        ("URL", "http://host/v1?key=s3cret"),
        ("URL", "http://host:99999"),
        ("CONCURRENCY", "0"),
        ("TIMEOUT", "0"),
        ("DEVICE", "tpu"),
        ("DTYPE", "int4"),
        ("BATCH", "0"),
    ],
)
def test_a_wrong_setting_of_captions_is_named(monkeypatch, name, value):
    (problem,) = problems(monkeypatch, **{f"CAPTION_{name}": value})
    assert problem.startswith(f"PERSRV_CAPTION_{name} ")
    assert "s3cret" not in problem


def test_no_captions_need_no_more_settings(monkeypatch):
    monkeypatch.setenv("PERSRV_CAPTION_ENGINE", "none")
    settings = load_settings()
    assert (settings.caption_engine, settings.caption_model, settings.caption_url) == ("none", None, None)


def test_a_wrong_token_is_never_repeated(monkeypatch):
    assert "s3cret" not in " ".join(problems(monkeypatch, BOT_TOKEN="s3cret"))


def test_the_token_is_not_shown_by_the_settings():
    assert "AAabc" not in repr(load_settings(bot_token=TOKEN))


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(monkeypatch):
    assert problems(monkeypatch, BOT_TOKN=TOKEN) == (
        "PERSRV_BOT_TOKN is not a setting; did you mean PERSRV_BOT_TOKEN?",
    )


def test_a_variable_of_somebody_else_is_left_alone(monkeypatch):
    monkeypatch.setenv("PERSRV_DEPLOYED_BY", "compose")
    load_settings()
    assert unknown_settings() == {"PERSRV_DEPLOYED_BY": ""}


def test_an_empty_value_means_the_default(monkeypatch):
    monkeypatch.setenv("PERSRV_ADMIN_IDS", "")
    monkeypatch.setenv("PERSRV_BOT_TOKEN", " ")
    monkeypatch.setenv("PERSRV_RECALL_SIZE", "")
    settings = load_settings()
    assert (settings.admin_ids, settings.bot_token, settings.recall_size) == ((), None, 100)
    assert not settings.model_fields_set


def test_admins_are_numbers_separated_by_commas(monkeypatch):
    monkeypatch.setenv("PERSRV_ADMIN_IDS", " 12, 34 ,")
    assert load_settings().admin_ids == (12, 34)


def test_a_webhook_needs_a_secret(monkeypatch):
    (problem,) = problems(monkeypatch, WEBHOOK_URL="https://bot.example.org")
    assert problem.startswith("PERSRV_WEBHOOK_SECRET is needed with PERSRV_WEBHOOK_URL")


def test_a_missing_secret_is_told_with_the_other_mistakes_even_that_of_the_address(monkeypatch):
    found = problems(monkeypatch, WEBHOOK_URL="http://bot.example.org", TIMEZONE="Mars")
    assert [problem.split(" ")[0] for problem in found] == [
        f"PERSRV_{name}" for name in ("WEBHOOK_URL", "WEBHOOK_SECRET", "TIMEZONE")
    ]


def test_what_a_command_needs_is_told_with_the_other_mistakes(monkeypatch):
    Path(".env").write_text("PERSRV_STORAGE_CHAT_ID=-100\n")
    monkeypatch.setenv("PERSRV_BOT_TOKEN", " ")
    monkeypatch.setenv("PERSRV_TIMEZONE", "Mars")
    required = {"bot_token": "ask for one.", "storage_chat_id": "make one."}
    with pytest.raises(ConfigurationError) as caught:
        load_settings(required=required)
    assert [problem.split(" ")[0] for problem in caught.value.problems] == ["PERSRV_TIMEZONE", "PERSRV_BOT_TOKEN"]
    monkeypatch.delenv("PERSRV_TIMEZONE")
    with pytest.raises(ConfigurationError, match="PERSRV_BOT_TOKEN is missing: ask for one"):
        load_settings(required=required)
    assert load_settings(required=required, bot_token=TOKEN).storage_chat_id == -100


def test_what_is_there_and_wrong_is_not_called_missing(monkeypatch):
    monkeypatch.setenv("PERSRV_BOT_TOKEN", "hunter2")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(required={"bot_token": "ask for one."})
    (problem,) = caught.value.problems
    assert problem.startswith("PERSRV_BOT_TOKEN is not a bot token")


def test_the_webhook_must_be_https_but_for_this_machine(monkeypatch):
    (problem,) = problems(monkeypatch, WEBHOOK_URL="http://bot.example.org", WEBHOOK_SECRET="x")
    assert problem.startswith("PERSRV_WEBHOOK_URL wants an address that starts with https://")


@pytest.mark.parametrize("port", ["0", "99999", "http"])
@pytest.mark.parametrize("name", ["TELEGRAM_API_URL", "WEBHOOK_URL"])
def test_a_port_that_cannot_be_is_a_mistake(monkeypatch, name, port):
    (problem,) = problems(monkeypatch, **{name: f"https://127.0.0.1:{port}"}, WEBHOOK_SECRET="x")
    assert problem.startswith(f"PERSRV_{name} wants an address whose port")


def test_a_model_for_the_encoder_that_has_none_is_a_mistake(monkeypatch):
    (problem,) = problems(monkeypatch, IMAGE_MODEL="ViT-B-16")
    assert problem.startswith("PERSRV_IMAGE_MODEL names a model, and PERSRV_IMAGE_ENCODER=style has none")
    monkeypatch.setenv("PERSRV_IMAGE_ENCODER", "cn-clip")
    assert load_settings().image_model == "ViT-B-16"


def test_weights_with_which_nothing_would_be_found_are_a_mistake(monkeypatch):
    names = [f"PLUS_{name}" for name in ("LEXICAL", "MEANING", "TEXTS", "MEMORY")]
    (problem,) = problems(monkeypatch, **dict.fromkeys(names, "0"))
    assert all(f"PERSRV_{name}" in problem for name in names)
    monkeypatch.setenv("PERSRV_PLUS_TEXTS", "0.1")
    assert load_settings().plus_texts == 0.1


def test_a_gate_without_an_end_is_a_mistake(monkeypatch):
    (problem,) = problems(monkeypatch, RANKING_GATE="inf")
    assert problem.startswith("PERSRV_RANKING_GATE ")


def test_a_file_that_is_no_text_is_reported():
    Path(".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"\.env is not in UTF-8"):
        load_settings()


def test_the_weights_of_the_settings_are_those_of_recall():
    assert relevance_weights(Settings()) == RelevanceWeights()


def test_the_defaults_of_the_settings_are_those_of_the_stages():
    assert utility_weights(Settings()) == UtilityWeights()
    assert ranking_weights(Settings()) == RankingWeights()
    assert Settings().styles == MAX_STYLES
    assert engines.OCR_ENGINES == OCR_ENGINES
    assert engines.NSFW_ENGINES == NSFW_ENGINES
    assert engines.IMAGE_ENCODERS == IMAGE_ENCODERS


def test_another_process_gets_the_same_settings_whatever_its_file_says(monkeypatch):
    here = load_settings(bot_token=TOKEN, admin_ids=(1, 2), data_dir="elsewhere", ranking_gate=None, recall_size=70)
    Path(".env").write_text("PERSRV_RECALL_SIZE=50\nPERSRV_RANKING_GATE=2\nPERSRV_WEBHOOK_LISTEN=1.2.3.4:5\n")
    for name, value in environment_of(here).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == here.model_copy(update={"data_dir": Path("elsewhere").resolve()})


@pytest.mark.parametrize("name", ["OCR_ENGINE", "IMAGE_ENCODER"])
def test_an_engine_that_there_is_not_is_refused_with_those_that_there_are(monkeypatch, name):
    (problem,) = problems(monkeypatch, **{name: "tesseract"})
    assert problem.startswith(f"PERSRV_{name} wants one of ")
