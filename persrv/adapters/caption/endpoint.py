"""One question about one picture to an OpenAI-compatible `/v1/chat/completions` (vLLM, Ollama, llama.cpp ...)."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from persrv.adapters.caption.patience import RetryPolicy, retry_after
from persrv.errors import CaptionUnavailable, ConfigurationError, PerSRVError

MOST_BYTES: Final = 1_000_000
"""Of an answer; captions have a few hundred."""
_BUSY: Final = frozenset({408, 425, 429, 502, 503, 504, 529})
"""The server is there, and not ready for us now."""


class PictureRefused(PerSRVError):
    """The endpoint has no caption for this picture; others may have one."""


class _TryAgain(Exception):
    """This attempt failed, the next may not.

    :param reason: Completes "The caption endpoint ... ".
    :param after: Seconds that the server asks us to wait, if it does.
    :param busy: Whether the server, not the picture, is to blame.
    """

    def __init__(self, reason: str, *, after: float | None = None, busy: bool = True) -> None:
        super().__init__(reason)
        self.after = after
        self.busy = busy


class ChatEndpoint:
    """Asks, waits and tries again.

    :param url: Of the server, with or without `/v1` or `/v1/chat/completions`.
    :param model: As the server calls it.
    :param api_key: Sent as a bearer token; never in a message or a log.
    :raises ConfigurationError: the URL cannot be used.
    """

    def __init__(self, url: str, model: str, api_key: SecretStr | None, policy: RetryPolicy) -> None:
        self._url = chat_url(url)
        self._host = urlsplit(self._url).netloc
        self._model = model
        self._key = api_key
        self._policy = policy
        headers = {"Authorization": f"Bearer {api_key.get_secret_value()}"} if api_key else {}
        timeout = httpx.Timeout(policy.timeout, connect=min(10.0, policy.timeout))
        # No proxy or .netrc of the environment: a key goes to the host that was named, and nowhere else.
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=False)

    async def ask(self, prompt: str, picture: str, *, most_tokens: int) -> str:
        """The model's answer, perhaps empty.

        :param picture: A `data:` URL.
        :raises PictureRefused: no answer for this picture.
        :raises CaptionUnavailable: the endpoint is out of reach, busy for too long, or refuses us.
        """
        content = [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": prompt}]
        body = {
            "model": self._model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": most_tokens,
            "temperature": 0,
            "stream": False,
        }
        for attempt in itertools.count(1):
            try:
                return await self._attempt(body)
            except _TryAgain as error:
                if attempt >= self._policy.attempts:
                    raise self._gave_up(error) from error
                wait = self._policy.wait_after(attempt) if error.after is None else error.after
            await asyncio.sleep(wait)
        raise AssertionError  # an endless loop has no end

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._client.aclose()

    def _gave_up(self, error: _TryAgain) -> PerSRVError:
        """What the last of several failures in a row means."""
        said = f"The caption endpoint {self._host} {error} (tried {self._policy.attempts} times)."
        if error.busy:
            return CaptionUnavailable(f"{said} Check that it runs and that PERSRV_CAPTION_URL is its address.")
        return PictureRefused(said)

    async def _attempt(self, body: Mapping[str, Any]) -> str:
        try:
            async with asyncio.timeout(self._policy.timeout):  # httpx's own counts each read anew
                status, headers, data = await self._post(body)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout) as error:
            raise _TryAgain(f"gave no answer in {self._policy.timeout:g} seconds", busy=False) from error
        except httpx.HTTPError as error:
            raise _TryAgain(f"cannot be reached: {type(error).__name__}: {error}") from error
        if status == httpx.codes.OK:
            return _answer(data)
        raise self._refusal(status, headers, data)

    async def _post(self, body: Mapping[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        async with self._client.stream("POST", self._url, json=body) as response:
            data = bytearray()
            async for part in response.aiter_bytes():
                data += part
                if len(data) > MOST_BYTES:
                    raise _TryAgain(f"answers with more than {MOST_BYTES} bytes", busy=False)
            return response.status_code, response.headers, bytes(data)

    def _refusal(self, status: int, headers: httpx.Headers, data: bytes) -> Exception:
        """What an answer other than 200 means."""
        said = f"answers HTTP {status}{self._message(data)}"
        where = f"The caption endpoint {self._host} {said}."
        if status in _BUSY:
            after = retry_after(headers.get("Retry-After"))
            if after is not None and after > self._policy.longest_wait:
                return CaptionUnavailable(
                    f"{where} It asks us to wait for {after:.0f} seconds; run the job again then."
                )
            return _TryAgain(said, after=after)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return _TryAgain(said, busy=False)  # a picture may crash it
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.PAYMENT_REQUIRED}:
            return CaptionUnavailable(f"{where} Check PERSRV_CAPTION_API_KEY.")
        if status in {httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED} or status < httpx.codes.BAD_REQUEST:
            return CaptionUnavailable(
                f"{where} Check PERSRV_CAPTION_URL, and that it serves PERSRV_CAPTION_MODEL={self._model}."
            )
        return PictureRefused(where)

    def _message(self, data: bytes) -> str:
        """The server's own words, short, without our key should it repeat it."""
        text = data.decode("utf-8", "replace")
        try:
            body = json.loads(text)
            error = body.get("error", body) if isinstance(body, dict) else text
            text = str(error.get("message", error) if isinstance(error, dict) else error)
        except (ValueError, RecursionError):
            pass
        if self._key:
            text = text.replace(self._key.get_secret_value(), "***")
        text = " ".join(text.split())[:200]
        return f" ({text})" if text else ""


def chat_url(url: str) -> str:
    """The address of `/v1/chat/completions` on a server.

    :raises ConfigurationError: not an http(s) URL, or one with a name, a password, a query or a fragment.
    """
    try:
        parts = urlsplit(url.strip())
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
        httpx.URL(url.strip())
    except (ValueError, httpx.InvalidURL):
        sound = plain = False
    if not sound or not plain:
        raise ConfigurationError(
            [
                "PERSRV_CAPTION_URL has to be the address of an OpenAI-compatible server, like "
                "http://localhost:8000/v1; a key belongs into PERSRV_CAPTION_API_KEY."
            ]
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = f"{path or '/v1'}/chat/completions"
    return parts._replace(path=path).geturl()


def _answer(data: bytes) -> str:
    """The text of the first choice."""
    try:
        content = json.loads(data)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        shown = " ".join(data[:120].decode("utf-8", "replace").split())
        raise _TryAgain(f"answers with something that is no chat completion: {shown!r}", busy=False) from error
    if content is None:
        return ""
    if isinstance(content, list):  # parts, as in a question
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    if not isinstance(content, str):
        raise _TryAgain("answers with a message that is no text", busy=False)
    return content
