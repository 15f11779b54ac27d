"""How Telegram is reached: python-telegram-bot's requests over aiohttp.

Each inline answer is a request, and so is each look for updates. The library's own client, httpx, takes four times the
processor time of this one for them (benchmarks/path/limits.md).
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.reaching import certificates, proxy_to
from persrv.redaction import redact

TIMEOUT_SECONDS = 5.0
"""To connect, and between two pieces of an answer."""
UPLOAD_SECONDS = 60.0
"""What a request that carries files has beside that."""
POOL_SECONDS = 10.0
"""How long a request waits for one of the connections."""
IDLE_SECONDS = 60.0
"""How long a connection is kept that nobody uses: to make one takes longer than a request."""
NOT_TELEGRAMS = "Invalid server response"
"""What is said of an answer that the Bot API does not give."""


class AiohttpRequest(BaseRequest):
    """A client of its own; its connections are kept. Proxy and certificates are those of the environment."""

    def __init__(self, connections: int, server: str) -> None:
        """Made ready by `initialize`.

        :param connections: At the same time, at most.
        :param server: The address below which everything is asked for.
        """
        self._connections = connections
        self._server = server
        self._proxy: str | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """See `BaseRequest.read_timeout`, in seconds."""
        return TIMEOUT_SECONDS

    async def initialize(self) -> None:
        """Make ready to be asked; again after `shutdown` too.

        :raises ConfigurationError: the environment names a proxy or certificates that cannot be used.
        """
        if self._session is None or self._session.closed:
            self._proxy = proxy_to(self._server)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=IDLE_SECONDS, ssl=certificates()
                ),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Close all connections. Idempotent."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`. Of the timeouts only the one for reading can be chosen.

        :raises TimedOut: Telegram did not answer in time.
        :raises NetworkError: it was not reached, or the connection broke.
        """
        if self._session is None:
            raise RuntimeError("a request was made before the client was initialized")
        reading = read_timeout if isinstance(read_timeout, int | float) else TIMEOUT_SECONDS
        body: bytes | aiohttp.FormData | None = None
        headers = {}
        if request_data is not None and request_data.contains_files:
            body = _form(request_data)
            reading += UPLOAD_SECONDS
        elif request_data is not None:
            body, headers["Content-Type"] = request_data.json_payload, "application/json"
        timeout = aiohttp.ClientTimeout(
            connect=POOL_SECONDS + TIMEOUT_SECONDS, sock_connect=TIMEOUT_SECONDS, sock_read=reading
        )
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False, proxy=self._proxy
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(_told(error)) from error

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See `BaseRequest.parse_json_payload`; that one logs what is no JSON, and half an answer has what people type.

        :raises TelegramError: it is no JSON, or no object. To look for what is not in it raises that too.
        """
        try:
            found = json.loads(payload.decode(errors="replace"))
        except (ValueError, RecursionError):
            raise TelegramError(NOT_TELEGRAMS) from None
        if not isinstance(found, dict):
            raise TelegramError(NOT_TELEGRAMS)
        return _Answer(found)


class _Answer(dict[str, Any]):
    """What the Bot API answers. The library looks for a result in every answer without an error's status."""

    def __missing__(self, key: str) -> Any:
        raise TelegramError(NOT_TELEGRAMS)


def _told(error: aiohttp.ClientError) -> str:
    """What went wrong, without the address: the token is part of it, and an error's text is put on record."""
    if isinstance(error, aiohttp.ClientResponseError):  # what was answered is no HTTP, or is a proxy's
        said, *_ = error.message.splitlines() or [""]  # below is what was answered, which may repeat the address
        told = f"{error.status} {said}" if error.status else said
    elif isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        told = "the address is none of HTTP"
    else:
        told = str(error)
    return redact(f"{type(error).__name__}: {told}")


def _form(request_data: RequestData) -> aiohttp.FormData:
    """Parameters and files as one multipart form."""
    form = aiohttp.FormData(request_data.json_parameters)
    for name, (filename, content, kind) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
