"""`persrv job`: one job now."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from persrv.bootstrap import open_services
from persrv.config import Settings, load_settings


class JobName(StrEnum):
    """The jobs that there are."""

    INDEX = "index"


def job(name: Annotated[JobName, typer.Argument(help="index: build the search index anew from the database.")]) -> None:
    """Run one job now."""
    count = asyncio.run(_index(load_settings()))
    Console().print(f"{name.value}: {count} stickers indexed")


async def _index(settings: Settings) -> int:
    async with open_services(settings) as services:
        with Console(stderr=True).status("Building the search index …"):
            return await services.indexer.rebuild()
