"""`persrv settings`: every setting, in the form of `.env.example`."""

from __future__ import annotations

import textwrap
from typing import Any

import typer

from persrv.config import ENV_PREFIX, Settings

_HEAD = """\
# PerSRV's settings. Those in .env are read: change there what you need; environment variables win over it.
# Every line shows the default. `persrv doctor` checks them all.
"""


def env_example() -> str:
    """The text of `.env.example`: every setting with what it does and its default."""
    blocks = [_HEAD]
    for name, field in Settings.model_fields.items():
        comment = textwrap.fill(field.description or "", 110, initial_indent="# ", subsequent_indent="# ")
        value = _shown(field.default)
        blocks.append(f"{comment}\n{'' if value else '#'}{ENV_PREFIX}{name.upper()}={value}\n")
    return "\n".join(blocks)


def _shown(default: Any) -> str:
    return "" if default is None or default == () else str(default)


def settings() -> None:
    """Print every setting with its default, as in .env.example."""
    typer.echo(env_example(), nl=False)
