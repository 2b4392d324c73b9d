"""A pytest plugin, loaded before Django: starts the embedded servers and sets the environment of the test run."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_started = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Only the controlling process starts servers; parallel workers inherit its environment."""
    global _started
    os.environ.setdefault("LOCAL", "on")
    os.environ.setdefault("HASHED_STATIC", "off")
    os.environ.setdefault("EMAIL_URL", "smtp://127.0.0.1:9?timeout=2")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ.setdefault("LOCAL_DIR", str(ROOT / ".local" / "test"))
    if "DATABASE_URL" in os.environ and "VALKEY_URL" in os.environ:
        return
    from portal.lib import embedded

    _started = embedded.start(ROOT / ".local" / "test", durable=False)
    os.environ["DATABASE_URL"] = _started.database
    os.environ["VALKEY_URL"] = _started.valkey


def pytest_unconfigure(config: pytest.Config) -> None:
    global _started
    if _started is not None:
        _started.stop()
        _started = None
