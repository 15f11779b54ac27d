"""The stand-in of Telegram as a web application, and as a server in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from os import PathLike, stat_result
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.bot_api.dispatch import serve_file, serve_method
from bot.sandbox.explaining import AboutCallable, ExplainCallable
from bot.sandbox.page_api import PageApi
from bot.sandbox.refusals import SandboxBusy
from bot.sandbox.waits import OpenWaits
from bot.sandbox.webhooks import deliver_updates
from bot.sandbox.world import World

STATIC = Path(__file__).parent / "static"

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OTHER_SITES = frozenset({b"cross-site", b"same-site"})
"""Whose page made the browser ask, in its words; another port of this machine is of the same site and not ours."""
_PLACEHOLDER = "<!doctype html><title>PerSRV sandbox</title><p>The chat page is not installed; the API runs."
_ASK_AGAIN = {"Cache-Control": "no-cache"}
_START_TIMEOUT, _STOP_TIMEOUT = 10.0, 5.0


class PageFiles(StaticFiles):
    """The page's modules; a browser asks for each anew, so that an upgrade never mixes old and new ones."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, or 304 where the browser has it already."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_ASK_AGAIN)
        return response


class LocalOnly:
    """Refuses requests that name another host, or come from another site's page.

    A web page anywhere can make a browser ask 127.0.0.1 (DNS rebinding, cross-site posts, an <img> whose address is one
    of the Bot API's): what its Host, Origin and Sec-Fetch-Site headers say gives it away. A GET has no Origin.

    :param hosts: Host names that are ours, without ports.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 403."""
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host, origin = headers.get(b"host", b""), headers.get(b"origin")
            if (
                not self._ours(b"//" + host)
                or (origin is not None and not self._ours(origin))
                or headers.get(b"sec-fetch-site") in _OTHER_SITES
            ):
                refused = PlainTextResponse("The sandbox only serves its own machine.", 403)
                await refused(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _ours(self, address: bytes) -> bool:
        try:
            host = urlsplit(address.decode("latin-1")).hostname
        except ValueError:  # half an IPv6 address, say
            return False
        return host is not None and host.lower() in self.hosts


def create_app(
    world: World,
    *,
    explain: ExplainCallable | None = None,
    about: AboutCallable | None = None,
    hosts: frozenset[str] = frozenset(),
    static: Path = STATIC,
) -> Starlette:
    """The Bot API, the page's API and the page over one world.

    :param explain: Says why an answer is in its order; awaited in the server's event loop.
    :param about: Says what the bot knows of a sticker; awaited there too.
    :param hosts: Host names to serve under besides the loopback ones.
    """
    waits = OpenWaits()
    page = PageApi(world, waits, explain, about)

    async def bot_method(request: Request) -> Response:
        return await serve_method(request, world, waits)

    async def bot_file(request: Request) -> Response:
        return await serve_file(request, world)

    async def index(request: Request) -> Response:
        found = static / "index.html"
        return FileResponse(found, headers=_ASK_AGAIN) if found.is_file() else HTMLResponse(_PLACEHOLDER)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        deliverer = asyncio.create_task(deliver_updates(world))
        try:
            yield
        finally:
            waits.end_all()
            deliverer.cancel()
            with suppress(asyncio.CancelledError):
                await deliverer

    routes: list[BaseRoute] = [
        Route("/bot{token}/{method}", bot_method, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", bot_file),
        *page.routes(),
        Route("/", index),
    ]
    if static.is_dir():
        routes.append(Mount("/static", PageFiles(directory=static)))
    guard = Middleware(LocalOnly, hosts=_LOOPBACK | {host.lower() for host in hosts})
    app = Starlette(routes=routes, middleware=[guard], lifespan=lifespan)
    app.state.waits = waits
    return app


class SandboxServer:
    """The stand-in of Telegram in a thread of its own, with its own event loop.

    :param host: Loopback unless somebody wants it otherwise.
    :param port: 0 takes a free one.
    """

    def __init__(
        self,
        world: World,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        explain: ExplainCallable | None = None,
        about: AboutCallable | None = None,
        hosts: frozenset[str] = frozenset(),
        static: Path = STATIC,
    ) -> None:
        self.world = world
        self.host = host
        self.port = port
        self._app = create_app(world, explain=explain, about=about, hosts=hosts | {host}, static=static)
        config = uvicorn.Config(
            self._app,
            log_level="critical",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
            backlog=256,
        )
        self._server = uvicorn.Server(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}"

    def start(self) -> None:
        """Serve from now on; returns when requests are answered.

        :raises SandboxBusy: the port is taken, or the address is not this machine's.
        """
        listener = self._listener()
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="sandbox", daemon=True)
        self._thread.start()
        until = time.monotonic() + _START_TIMEOUT
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise SandboxBusy("The stand-in of Telegram did not start; try again.")
            time.sleep(0.005)

    def stop(self) -> None:
        """End all requests, open ones too, within two seconds; may be called twice."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._loop is not None:
            OpenWaits.call(self._loop, self._app.state.waits.end_all)
        self._server.should_exit = True
        thread.join(_STOP_TIMEOUT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listener(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # Only for a socket that says so asyncio switches Nagle's algorithm off: else the second part of every answer
        # would wait 40 ms for the first one to be acknowledged.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            # Only listening tells whether another server has the port already.
            listener.listen(256)
        except OSError as error:
            listener.close()
            raise SandboxBusy(
                f"The stand-in of Telegram cannot listen on {self.host}:{self.port} ({error.strerror}). "
                "Stop what uses that port, or choose another one with --port."
            ) from error
        listener.setblocking(False)
        return listener

    def _serve(self, listener: socket.socket) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[listener])

        try:
            asyncio.run(serve())
        finally:
            listener.close()
