"""The soak's figures as a section of `docs/reliability.md`."""

from __future__ import annotations

from benchmarks.markdown import table
from benchmarks.soak.run import PEOPLE, SoakResult


def section(result: SoakResult) -> str:
    """Markdown, with every figure that was counted."""
    bot, people, choices, index = result.bot, result.people, result.choices, result.index
    trouble = [
        ("`kill -9` of the bot", bot["kills"]),
        ("stopped with SIGTERM and started again", bot["stops"] - 1),
        *sorted(result.faults.items()),
        ("chosen results delivered once more on purpose", result.repeated),
        ("answers with updates in another order", result.shuffled),
        ("full disks", result.troubles["full disks"]),
        ("starts refused because the disk was full", bot["ended, disk full"]),
        ("jobs started", result.troubles["jobs started"]),
        ("jobs killed", result.troubles["jobs killed"]),
        ("sets added or changed meanwhile", result.troubles["sets added or changed"]),
    ]
    verdict = [
        ("choices acknowledged", result.acknowledged),
        ("of these lost", choices.lost),
        ("duplicates", choices.duplicates),
        ("rows that nobody chose, or with other contents", choices.strangers + choices.wrong),
        ("SQLite's integrity check", "ok" if choices.intact else "FAILED"),
        ("stickers that waited for the index at the end", index.waiting),
        (f"differences between the index and one made afresh ({index.stickers} stickers, {index.postings} "
         "postings and lengths)", index.differences),
        (f"people ({result.live_profiles.people}) whose profile, as the bot kept it, differs from a fit from scratch",
         result.live_profiles.different),
        (f"people ({result.profiles.people}) whose profile differs after `persrv job preference`",
         result.profiles.different),
        ("times that the bot ended by itself", bot["ended by itself"]),
        ("tracebacks in its log", result.tracebacks),
        ("seconds for the last stop", f"{result.stop_seconds:.1f}"),
    ]  # fmt: skip
    return f"""
## Soak

Written by `python -m benchmarks.soak --minutes {result.minutes:g} --seed {result.seed}`; do not edit.

`persrv run` as a process of its own against the stand-in of Telegram; {PEOPLE} simulated people type and choose
without pause for {result.minutes:g} minutes while the troubles below strike at random. Full disk: {result.disk}.
At the end the database is compared with the stand-in's record of what was acknowledged, the index with one made
afresh from every sticker's document, and each profile, byte for byte, with a fit to the stand-in's record.
Verdict: **{"nothing lost, nothing twice" if result.good else "FAILED"}**.

{
        table(
            [
                ("updates", result.updates),
                ("deliveries", result.deliveries),
                ("queries", people["queries"]),
                ("answered", people["answered"]),
                ("unanswered (no bot, or a fault)", people["unanswered"]),
                ("choices", result.promised),
                ("messages", people["messages"]),
            ],
            ("what people did", "times"),
        )
    }

{table(trouble, ("what befell the bot", "times"))}

{table(verdict, ("what was found at the end", ""))}
"""
