"""Reads what pip-audit found in the pinned packages: a known weakness fails, a service that does not answer is said.

    python .ci/audit.py REPORT.json

pip-audit itself takes a package that its service does not know, and a service that is not there, for one another.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def verdict(report: Mapping[str, Sequence[Mapping[str, object]]] | None) -> tuple[int, str]:
    """What to say, and the exit code: 1 for a known weakness.

    :param report: pip-audit's `--format json`; None where it wrote none.
    """
    packages = (report or {}).get("dependencies", ())
    weak = [package for package in packages if package.get("vulns")]
    skipped = [str(package["name"]) for package in packages if "skip_reason" in package]
    audited = len(packages) - len(skipped)
    if weak:
        lines = [f"audit: {len(weak)} of {audited} packages have a known weakness:"]
        for package in weak:
            for found in package["vulns"]:  # type: ignore[attr-defined]
                fixed = ", ".join(found.get("fix_versions") or ()) or "no version yet"
                lines.append(f"  {package['name']} {package['version']}: {found['id']}, mended in {fixed}")
        return 1, "\n".join(lines)
    if not audited:
        return 0, "audit: NOT DONE, the service that knows of weaknesses cannot be reached from here"
    left = f"; not known to the service: {', '.join(skipped)}" if skipped else ""
    return 0, f"audit: {audited} packages, no known weakness{left}"


def main() -> None:
    """Run it."""
    try:
        report = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    except (OSError, ValueError):
        report = None
    code, text = verdict(report)
    print(text)  # noqa: T201
    sys.exit(code)


if __name__ == "__main__":
    main()
