"""Opening a port of this machine."""

from __future__ import annotations

import socket

from tornado.httpserver import HTTPServer

from persrv.errors import ConfigurationError


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
