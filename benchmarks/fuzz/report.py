"""The fuzzing's figures as a section of `docs/reliability.md`."""

from __future__ import annotations

from benchmarks.fuzz.run import KINDS, FuzzResult
from benchmarks.markdown import table
from persrv.ports.media import FrameLimits


def section(result: FuzzResult, limits: FrameLimits) -> str:
    """Markdown, with every figure that was counted."""
    outcomes = sorted({outcome for _, outcome in result.outcomes})
    rows = [(outcome, *(result.outcomes[kind, outcome] for kind in KINDS)) for outcome in outcomes]
    names = {"webp": "`.webp`", "tgs": "`.tgs`", "lottie": "lottie JSON", "webm": "`.webm`"}
    done = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in sorted(result.mutations.items()))
    verdict = (
        f"{len(result.findings)} FINDINGS" if result.findings else "no hang, no crash of the asker, no unclear error"
    )
    findings = "\n".join(f"- {finding}" for finding in result.findings[:50])
    return f"""
## Mutated sticker files

Written by `python -m benchmarks.fuzz --files {result.files} --seed {result.seed}`; do not edit.

{result.files} files, mutated from sample packs' and drawn ones, through the worker that the bot decodes with
({limits.seconds:g} s a file, {limits.memory_bytes // 1_000_000} MB). Each must end in frames of the right shape
or in a `MediaError` whose message is a sentence, and the process that asked must live on.
It took {result.seconds:.0f} s; the slowest file {result.slowest:.1f} s, the start of a new worker included.
Verdict: **{verdict}**.

{table(rows, ("outcome", *(names[kind] for kind in KINDS)))}

Mutations: {done}.

{findings}
"""
