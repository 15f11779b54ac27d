"""Every setting, with its default, what it does and why: the groups put together, and read.

`.env.example` is written from them by `persrv settings`, and a test keeps the two equal.
"""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from persrv.config.checks import ENV_PREFIX
from persrv.config.engines import Engines
from persrv.config.evaluation import Evaluation
from persrv.config.hosting import Hosting
from persrv.config.limits import Limits
from persrv.config.suggesting import Suggesting
from persrv.errors import ConfigurationError


class Settings(Limits, Evaluation, Suggesting, Engines, Hosting, BaseSettings):
    """All settings. Environment variables win over `.env`; names carry the prefix `PERSRV_`.

    `.env.example` has the groups from the last base to the first, as pydantic collects them.
    """

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_file=".env", extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_means_unset(cls, values: Any) -> Any:
        """`PERSRV_X=` in a file means that X is not set: the default holds, and X is none of `model_fields_set`."""
        return {name: value for name, value in values.items() if not (isinstance(value, str) and not value.strip())}


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
        variables[_variable(name)] = "" if value is None else str(value)
    return variables


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret value, so that a log can leave them out. The database's address has none: it is a file's."""
    values = (getattr(settings, name) for name in Settings.model_fields if name != "database_url")
    return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def load_settings(*, required: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the environment and `.env`.

    :param required: Settings by field name that a command cannot do without -> why, and where one gets it.
    :param overrides: Settings by field name that win over both.
    :raises ConfigurationError: one or more settings are wrong or missing; names every one of them.
    """
    problems = [
        f"{name} is not a setting; did you mean {meant}?" for name, meant in unknown_settings().items() if meant
    ]
    settings = None
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems += [_problem(detail["loc"], detail["msg"]) for detail in error.errors(include_input=False)]
    except UnicodeError:
        raise ConfigurationError([".env is not in UTF-8: save it as UTF-8"]) from None
    except OSError as error:
        raise ConfigurationError([f".env cannot be read: {error.strerror}"]) from None
    given = _given(overrides)
    problems += [f"{_variable(name)} is missing: {why}" for name, why in (required or {}).items() if name not in given]
    if problems or settings is None:
        raise ConfigurationError(problems)
    return settings


def _given(overrides: Mapping[str, Any]) -> set[str]:
    """The settings that have a value, right or wrong, by field name: those that failed no model can tell of."""
    file = dotenv_values(".env") if Path(".env").is_file() else {}
    values = {name.upper(): value for name, value in (*file.items(), *os.environ.items())}
    values |= {_variable(name): value for name, value in overrides.items()}
    return {
        name
        for name in Settings.model_fields
        if (value := values.get(_variable(name))) is not None and str(value).strip()
    }


def unknown_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables with our prefix that no setting has -> the setting that was probably meant, or ""."""
    names = set(os.environ if environment is None else environment)
    if environment is None and Path(".env").is_file():
        with contextlib.suppress(OSError, UnicodeError):  # `load_settings` reports a file that cannot be read
            names |= set(dotenv_values(".env"))
    known = {_variable(field) for field in Settings.model_fields}
    unknown = sorted(name for name in names if name.upper().startswith(ENV_PREFIX) and name.upper() not in known)
    return {name: next(iter(difflib.get_close_matches(name.upper(), known, 1, 0.85)), "") for name in unknown}


def _variable(field: str) -> str:
    """A setting's name in the environment."""
    return ENV_PREFIX + field.upper()


def _problem(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    if not location:
        return text
    name = _variable(str(location[0]))
    return f"{name} {text if text.startswith(('is ', 'wants ', 'names ')) else f'is wrong: {text}'}"
