"""What the bot counts of itself, for Prometheus. No label ever holds a person, a query or a set."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from persrv.domain.runs import JobRun
from persrv.ports.watching import Backlog

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
HITS, NO_HITS, END, LATE, FAILED, SUPERSEDED = "hits", "no_hits", "end", "late", "failed", "superseded"
"""How an inline query ends: with stickers, with none, with the page after the last, too late, not at all, left out
since the same person had asked something newer."""
DELIVERED = (HITS, NO_HITS, END)
"""Telegram took the answer."""
_POSITIONS = (1, 2, 3, 5, 10, 20, 50, 100)


class Metrics:
    """Counters and gauges with a registry of their own, so that two bots in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "persrv_answers", "Inline queries by how they ended.", ["outcome"], registry=self._registry
        )
        for outcome in (*DELIVERED, LATE, FAILED, SUPERSEDED):
            self._answers.labels(outcome)  # a series that begins at 0 shows its first rise
        self._seconds = Histogram(
            "persrv_answer_seconds",
            "From taking up an inline query until Telegram has the answer.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._positions = Histogram(
            "persrv_choice_position",
            "Place, from 1, at which a chosen sticker was served; its count is the number of choices.",
            buckets=_POSITIONS,
            registry=self._registry,
        )
        self._errors = Counter("persrv_errors", "Errors that no handler expected.", registry=self._registry)
        self._queue = Gauge("persrv_queue_length", "What waits to be done.", ["queue"], registry=self._registry)
        self._job_seconds = Gauge(
            "persrv_job_last_duration_seconds", "Of a job's last run that was done.", ["job"], registry=self._registry
        )
        self._job_success = Gauge(
            "persrv_job_last_success_timestamp_seconds",
            "When a job's last run that was done ended, Unix time.",
            ["job"],
            registry=self._registry,
        )
        self._lag = Gauge(
            "persrv_event_loop_lag_seconds", "How late the event loop was at the last look.", registry=self._registry
        )
        self._ready = Gauge("persrv_ready", "1 where the bot can do its work.", registry=self._registry)

    def answered(self, outcome: str, since: float) -> None:
        """An inline query was dealt with.

        :param outcome: One of the constants above; only what was delivered counts for the latency.
        :param since: `time.perf_counter()` when it was taken up.
        """
        self._answers.labels(outcome).inc()
        if outcome in DELIVERED:
            self._seconds.observe(time.perf_counter() - since)

    def chosen(self, position: int) -> None:
        """A sticker was chosen that was served at this position, from 0."""
        self._positions.observe(position + 1)

    def erred(self) -> None:
        """A handler raised what nobody expected."""
        self._errors.inc()

    def lagged(self, seconds: float) -> None:
        """The event loop was so late."""
        self._lag.set(seconds)

    def take_stock(self, backlog: Backlog, *, impressions: int, runs: Iterable[JobRun], ready: bool) -> None:
        """Set what is looked up when somebody asks.

        :param runs: Of each job the last one that was done.
        """
        for queue, length in (("index", backlog.index), ("packs", backlog.packs), ("impressions", impressions)):
            self._queue.labels(queue).set(length)
        self._ready.set(ready)
        for run in runs:
            if run.finished_at is None:
                continue
            self._job_seconds.labels(run.name).set(_seconds_between(run.started_at, run.finished_at))
            self._job_success.labels(run.name).set(run.finished_at.timestamp())

    def not_ready(self) -> None:
        """The bot cannot do its work; what waits is not known."""
        self._ready.set(0)

    def render(self) -> bytes:
        """All of it in Prometheus's text format 0.0.4."""
        return generate_latest(self._registry)


def _seconds_between(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()
