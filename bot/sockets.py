"""Opening a port of this machine."""

from __future__ import annotations

import socket
from typing import Final

from tornado.httpserver import HTTPServer
from tornado.web import Application

from persrv.errors import ConfigurationError

MOST_BYTES: Final = 1 << 20
"""Of a request's body: Telegram's largest updates have some ten thousand. Bodies are held in memory before anything is
asked of their sender, and tornado would take a hundred times as much."""


def http_server(application: Application) -> HTTPServer:
    """A server that takes in nothing larger than `MOST_BYTES`: it answers 400 and closes the connection."""
    return HTTPServer(application, max_body_size=MOST_BYTES)


def open_port(server: HTTPServer, listen: tuple[str, int], setting: str) -> None:
    """Have a server listen on host and port. Not `HTTPServer.listen`: where the port is taken it leaves a socket open.

    :param setting: Where the port is from, like PERSRV_HEALTH_LISTEN.
    :raises ConfigurationError: the port cannot be had.
    """
    host, port = listen
    try:
        listening = socket.create_server(listen, family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigurationError([f"{setting}: {host}:{port} cannot be used: {error.strerror}"]) from error
    listening.setblocking(False)
    server.add_socket(listening)
