"""Where and with what something was measured."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from persrv.adapters.commit import commit

PACKAGES = ("numpy", "scipy", "whoosh", "tantivy", "bm25s", "numba")


def machine() -> dict[str, object]:
    """Where and with what it was measured."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "load": [round(value, 1) for value in os.getloadavg()],
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "commit": commit()[:7],
    }


def held_by(pid: int | None) -> tuple[float, float]:
    """MB (2^20 bytes) that a process holds: all that is resident, and of it what is anonymous, not out of files."""
    path = Path(f"/proc/{pid}/status")
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    found = {name: value for name, _, value in (line.partition(":") for line in lines)}
    all_of_it, anonymous = (
        int(found[name].split()[0]) / 1024 if name in found else float("nan") for name in ("VmRSS", "RssAnon")
    )
    return all_of_it, anonymous


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in path.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
