"""The house's own rules, held by tests."""

import subprocess
import sys
import tomllib
from pathlib import Path

from persrv import __version__
from persrv.cli.settings import env_example

ROOT = Path(__file__).parent.parent


def test_the_layers_hold():
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_env_example_equals_the_settings():
    assert (ROOT / ".env.example").read_text("utf-8") == env_example(), "run: persrv settings > .env.example"


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_importing_the_package_is_light():
    """Neither torch nor the models are touched by `persrv --help`."""
    heavy = ("torch", "onnxruntime", "cv2", "transformers")
    code = f"import sys, persrv.cli.main; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"
