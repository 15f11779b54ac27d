"""The bot on Telegram, where it keeps what it knows, and when it works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from persrv.config.checks import ENV_PREFIX, of_this_user, sqlite_address

PUBLIC_BOT_API = "https://api.telegram.org"
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Hosting(BaseModel):
    """What whoever hosts the bot has to say of it."""

    bot_token: SecretStr | None = Field(
        default=None,
        description="The bot's token from @BotFather, like 123456:ABC... Without one, `make run` starts the sandbox.",
    )
    admin_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(),
        description="Telegram user ids of the admins, separated by commas. @userinfobot tells yours.",
    )
    data_dir: Annotated[Path, AfterValidator(of_this_user)] = Field(
        default=Path("./data"),
        description="Where everything is kept: database, search index, sticker files.",
    )
    database_url: Annotated[SecretStr, AfterValidator(sqlite_address)] | None = Field(
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
        validate_default=True,
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

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _is_url(cls, value: str | None, info: Any) -> str | None:
        if value is None:
            return None
        schemes = ("https",) if info.field_name == "webhook_url" else ("https", "http")
        try:
            parts = urlsplit(value)
            possible = parts.port != 0  # it is read as it is asked for: a port that cannot be is a ValueError
        except ValueError:
            possible = False
        if not possible:
            raise ValueError("wants an address whose port, where it names one, is a number from 1 to 65535")
        loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if not parts.hostname or parts.scheme not in (*schemes, *(("http",) if loopback else ())):
            raise ValueError(f"wants an address that starts with {' or '.join(schemes)}://")
        return value.rstrip("/")

    @field_validator("webhook_listen", "health_listen")
    @classmethod
    def _is_host_and_port(cls, value: str | None, info: Any) -> str | None:
        if value is None:
            return None
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"wants host:port, like 127.0.0.1:{9090 if info.field_name == 'health_listen' else 8443}")
        return value

    @field_validator("nightly_at")
    @classmethod
    def _is_time_of_day(cls, value: str) -> str:
        if not _TIME_OF_DAY.fullmatch(value):
            raise ValueError("wants a time of day, HH:MM from 00:00 to 23:59, like 03:30")
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

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_has_a_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # An address that is not among the data is there, and wrong: it wants a secret too, once it is right.
        if value is None and info.data.get("webhook_url", "wrong") is not None:
            raise ValueError(
                f"is needed with {ENV_PREFIX}WEBHOOK_URL: without it anybody could post updates to the bot"
            )
        return value

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


def _host_and_port(value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)
