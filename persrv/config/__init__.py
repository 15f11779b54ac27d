"""Settings: from the environment and `.env`, parsed once, every mistake reported at once."""

from persrv.config.checks import ENV_PREFIX
from persrv.config.settings import Settings, environment_of, load_settings, secrets_of, unknown_settings

__all__ = ["ENV_PREFIX", "Settings", "environment_of", "load_settings", "secrets_of", "unknown_settings"]
