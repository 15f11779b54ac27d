"""`persrv search`: what the bot would answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from persrv.bootstrap import open_services
from persrv.cli.consoles import open_console
from persrv.cli.opening import open_settings
from persrv.config import Settings
from persrv.domain.nsfw import NsfwScore
from persrv.domain.semantics import SemanticField
from persrv.suggest import Reading

_NUMBERS = frozenset({"", "sticker", "nsfw", "score"})
_LARGEST_ID = 2**52
"""Telegram's user ids have at most 52 significant bits."""


def _id(user: int) -> int:
    if not 0 <= user <= _LARGEST_ID:
        raise typer.BadParameter("nobody has this id: Telegram's are whole numbers from 1 to 2^52")
    return user


def search(
    query: Annotated[str, typer.Argument(help="What a person would type; '' for an empty query.")],
    user: Annotated[int, typer.Option(callback=_id, help="The Telegram user id to answer for.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    explain: Annotated[
        bool, typer.Option(help="Show the parts of each score: (fields + utility + beyond = recall) x factor.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
) -> None:
    """Show what the bot would answer, best first."""
    reading, scores = asyncio.run(_read(open_settings(), user, query, limit))
    rows = [_row(position, reading, scores, explain) for position in range(min(limit, len(reading.ranking)))]
    if as_json:
        told = {"query": query, "tokens": reading.tokens, "meant": reading.meant, "results": rows}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    console = open_console()
    if not rows:
        console.print("Nothing found.")
        return
    meant = f"; perhaps meant: {', '.join(reading.meant)}" if reading.meant else ""
    read = f"{query!r} read as {' '.join(reading.tokens) or '(empty)'}{meant}"
    console.print(escape(read), highlight=False, soft_wrap=True)
    table = Table()
    shown = [_shown(row) for row in rows]
    names = [name for name in shown[0] if any(cells[name] for cells in shown)]
    for name in names:
        table.add_column(name, justify="right" if name in _NUMBERS else "left")
    for cells in shown:
        table.add_row(*(escape(cells[name]) for name in names))
    console.print(table)


async def _read(settings: Settings, user: int, query: str, limit: int) -> tuple[Reading, Mapping[int, NsfwScore]]:
    async with open_services(settings) as services:
        await services.indexer.drain_if_free()
        await services.warm_up(ahead=False)
        reading = await services.suggester.read(user, query)
        return reading, await services.nsfw_scores.scores([ranked.sticker_id for ranked in reading.ranking[:limit]])


def _row(position: int, reading: Reading, scores: Mapping[int, NsfwScore], explain: bool) -> dict[str, Any]:
    """One place, as JSON has it. `by_field`, `utility` and `beyond` sum to `recall`; recall x factor = score.

    `own_packs` is what of `factor` is for being of a pack of their own, for those who prefer these; 1 for nothing.

    `nsfw` has no part in it: what scores too high for this person is not here. It is null where nothing has scored it.
    """
    ranked = reading.ranking[position]
    sticker = reading.stickers[ranked.sticker_id]
    row: dict[str, Any] = {
        "position": position,
        "sticker": sticker.id,
        "emoji": sticker.emoji,
        "pack": sticker.pack,
        "reason": ranked.reason.value,
    }
    if explain:
        row |= {
            "by_field": {field.value: ranked.by_field.get(field, 0.0) for field in SemanticField},
            "utility": ranked.utility,
            "beyond": dict(ranked.beyond),
            "recall": ranked.recall,
            "preference": ranked.preference,
            "factor": ranked.factor,
            "own_packs": ranked.own_packs,
            **({"pick": reading.compared.name_of(ranked.team)} if reading.compared else {}),
            "nsfw": scores[sticker.id].score if sticker.id in scores else None,
        }
    return row | {"score": ranked.score}


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    """The same for a person, in 80 columns: all parts of a score in one cell."""
    cells = {name: str(row[name] or "") for name in ("sticker", "emoji", "pack", "reason", "pick") if name in row}
    if "recall" in row:
        cells["why"] = _why(row)
        cells["nsfw"] = "" if row["nsfw"] is None else f"{row['nsfw']:.2f}"
    return {"": str(row["position"])} | cells | {"score": f"{row['score']:.3f}"}


def _why(row: Mapping[str, Any]) -> str:
    """The parts that sum to what recall gave, and what multiplies it."""
    parts = {**row["by_field"], "utility": row["utility"], **row["beyond"]}
    told = " + ".join(f"{name} {part:.3f}" for name, part in parts.items() if round(part, 3))
    if round(row["factor"], 3) == 1:
        return told
    of = [f"style {row['preference']:+.3f}"] if round(row["preference"], 3) else []
    of += [f"own packs {row['own_packs']:.3f}"] if round(row["own_packs"], 3) != 1 else []
    return f"({told}) x {row['factor']:.3f}" + (f" ({', '.join(of)})" if of else "")
