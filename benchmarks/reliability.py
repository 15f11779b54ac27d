"""`docs/reliability.md`: one section for each command that writes into it."""

from __future__ import annotations

import re
from pathlib import Path

TITLE = "# Reliability, measured"
SECTIONS = ("soak", "fuzz")
"""In the order in which they stand in the file."""


def write_section(report: Path, name: str, text: str) -> None:
    """Put a section in its place in the report; the others stay as they are.

    :param name: One of `SECTIONS`.
    """
    found = _sections(report.read_text("utf-8")) if report.exists() else {}
    found[name] = text.strip()
    parts = [f"<!-- {each} -->\n{found[each]}\n<!-- end -->" for each in SECTIONS if each in found]
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("\n\n".join([TITLE, *parts]) + "\n", "utf-8")


def _sections(text: str) -> dict[str, str]:
    return {name: body.strip() for name, body in re.findall(r"<!-- (\w+) -->\n(.*?)<!-- end -->", text, re.DOTALL)}
