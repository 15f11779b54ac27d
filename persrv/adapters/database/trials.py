"""What was tried out in an answer, as columns of its impression, and what came of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from persrv.domain.trials import Compared, Trial


def trial_columns(trial: Trial) -> dict[str, str | int | None]:
    """The columns of an impression that say what was tried out in it."""
    compared = trial.compared
    return {
        "compared": None if compared is None else f"{compared.serving} {compared.rival}",
        "teams": trial.teams or None,
        "explored": trial.explored,
    }


def trial_of(row: Row[Any]) -> Trial:
    """What an impression's columns say."""
    return Trial(
        None if row.compared is None else compared_of(row.compared),
        row.teams or "",
        row.explored,
    )


def compared_of(column: str) -> Compared:
    """Two rankings' names, apart."""
    serving, _, rival = column.partition(" ")
    return Compared(serving, rival)
