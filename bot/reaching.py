"""What the environment says of the way to Telegram: a proxy, and the certificates that are trusted."""

from __future__ import annotations

import os
import ssl
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from persrv.errors import ConfigurationError

_THIS_MACHINE: Final = {"127.0.0.1", "::1", "localhost"}


def proxy_to(server: str) -> str | None:
    """The proxy by which a server is reached: HTTPS_PROXY or HTTP_PROXY, as its address has it, or else ALL_PROXY.

    :param server: Its address. What is on this machine, or in NO_PROXY, is reached without one.
    :raises ConfigurationError: it is none that can be used; it is not repeated, because it may hold a password.
    """
    parts = urlsplit(server)
    host = parts.hostname or ""
    proxies = getproxies()
    name = next((kind for kind in (parts.scheme, "all") if proxies.get(kind)), None)
    if name is None or host in _THIS_MACHINE or proxy_bypass(host):
        return None
    proxy = proxies[name] if "://" in proxies[name] else f"http://{proxies[name]}"
    try:
        found = urlsplit(proxy)
        sound = found.scheme in {"http", "https"} and bool(found.hostname) and found.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ConfigurationError(
            [
                f"{name.upper()}_PROXY wants an HTTP proxy's address, like http://proxy.example:3128, to reach {host}; "
                "SOCKS cannot be used"
            ]
        )
    return proxy


def certificates() -> ssl.SSLContext:
    """Those of SSL_CERT_FILE or SSL_CERT_DIR, or else certifi's.

    :raises ConfigurationError: they cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError, where there is no certificate in it, is one too
        name = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), None)
        if name is None:
            raise
        reason = "no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise ConfigurationError([f"{name}: {os.environ[name]} cannot be used: {reason}"]) from error
