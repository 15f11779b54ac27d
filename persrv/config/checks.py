"""Shapes that a setting's value may have, apart from the settings that use them, and how a message names one."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

ENV_PREFIX = "PERSRV_"
_DATABASE_URL = re.compile(r"(?P<driver>[\w+]+)://(?P<server>[^/]*)/?(?P<file>.*)", re.ASCII | re.DOTALL)


def server_address(value: str) -> str:
    """An http or https address without a name, a password, a query or a fragment.

    :raises ValueError: it is none; the value is not repeated, because it may hold a password.
    """
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("wants a server's address, like http://localhost:8000/v1, without a password or a query in it")
    return value


def sqlite_address(value: SecretStr) -> SecretStr:
    """A database URL that names a file of SQLite: with three slashes, so without a server and a password.

    :raises ValueError: it is none; of the value only the driver is repeated, because it may hold a password.
    """
    example = "sqlite+aiosqlite:///data/persrv.sqlite3"
    found = _DATABASE_URL.fullmatch(value.get_secret_value())
    if found is None:
        raise ValueError(f"is not a database URL, like {example}")
    if found["driver"] != "sqlite+aiosqlite":
        raise ValueError(f"names the driver {found['driver']}; only sqlite+aiosqlite is supported today")
    if found["server"] or not found["file"]:
        raise ValueError(f"wants three slashes and a file, and no server, like {example}")
    return value


def of_this_user(value: Path) -> Path:
    """A path in which ~ is the home folder: shells read it so, and a quoted one or one of `.env` comes as it is.

    :raises ValueError: there is no such user.
    """
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError("names a user's home folder (~) that there is none of") from None


def fits_a_header(value: SecretStr) -> SecretStr:
    """A key that can be sent in an HTTP header.

    :raises ValueError: it has a space or a character beyond ASCII.
    """
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("wants printable ASCII characters without spaces")
    return value
