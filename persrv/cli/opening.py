"""The settings of a command, and a log as they want it."""

from __future__ import annotations

from collections.abc import Mapping

from persrv.cli.logs import set_up_logging
from persrv.config import Settings, load_settings, secrets_of


def open_settings(required: Mapping[str, str] | None = None) -> Settings:
    """Load the settings; from here on the log has the form that they ask for, and none of their secrets.

    :param required: See `load_settings`.
    :raises ConfigurationError: one or more settings are wrong or missing; names every one of them.
    """
    settings = load_settings(required=required)
    set_up_logging(form=settings.log_format, secrets=secrets_of(settings))
    return settings
