"""The settings of a command, and a log as they want it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from persrv.cli.logs import set_up_logging
from persrv.config import Settings, load_settings, secrets_of
from persrv.errors import ConfigurationError


def open_settings(required: Mapping[str, str] | None = None) -> Settings:
    """Load the settings; from here on the log has the form that they ask for, and none of their secrets.

    :param required: See `load_settings`.
    :raises ConfigurationError: one or more settings are wrong or missing; names every one of them.
    """
    try:
        settings = load_settings(required=required)
    except ConfigurationError:
        if os.environ.get("PERSRV_LOG_FORMAT") == "json":  # what is wrong is for whatever reads the log
            set_up_logging(form="json")
        raise
    set_up_logging(form=settings.log_format, secrets=secrets_of(settings))
    return settings
