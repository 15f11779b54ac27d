"""Whether an OpenAI-compatible server is there, without asking it for a caption."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from persrv.adapters.caption.endpoint import chat_url
from persrv.errors import CaptionUnavailable

SECONDS = 10.0
"""To wait for an answer: whoever runs `persrv doctor` sits in front of it."""


async def reach_caption_server(url: str, api_key: SecretStr | None) -> str:
    """Ask the server for its models (`GET /v1/models`); its host, where it answers.

    Whatever it says of its models, it is there; not all servers have a list.

    :raises CaptionUnavailable: it cannot be reached, or refuses the key.
    :raises ConfigurationError: the URL cannot be used.
    """
    address = chat_url(url).removesuffix("/chat/completions") + "/models"
    host = urlsplit(address).netloc
    headers = {"Authorization": f"Bearer {api_key.get_secret_value()}"} if api_key else {}
    try:
        async with httpx.AsyncClient(headers=headers, timeout=SECONDS, trust_env=False) as client:
            answer = await client.get(address)
    except httpx.HTTPError as error:
        raise CaptionUnavailable(
            f"The caption server {host} cannot be reached ({type(error).__name__}). Start it, or change "
            "PERSRV_CAPTION_URL."
        ) from error
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise CaptionUnavailable(
            f"The caption server {host} answers HTTP {answer.status_code}. Check PERSRV_CAPTION_API_KEY."
        )
    return host
