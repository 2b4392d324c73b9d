"""A pytest plugin, loaded before Django: starts the embedded servers and sets the environment of the test run."""

import os
import threading
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from portal.lib import embedded
from tests import databases

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = {"database": "DATABASE_URL", "valkey": "VALKEY_URL"}
_started: embedded.Servers | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """The controlling process starts servers; parallel workers inherit its environment and take a share each."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _take_share(int(worker.removeprefix("gw")) + 1)
        return
    os.environ["TEST_RUN"] = uuid.uuid4().hex
    os.environ.setdefault("LOCAL", "on")
    os.environ.setdefault("HASHED_STATIC", "off")
    os.environ.setdefault("EMAIL_URL", "smtp://127.0.0.1:9?timeout=2")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    missing = [kind for kind, variable in VARIABLES.items() if not os.environ.get(variable)]
    folder = _start(missing) if missing else ROOT / ".local" / "test"
    os.environ.setdefault("LOCAL_DIR", str(folder))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The tables are made while the parallel workers are still reading the tests."""
    threading.Thread(target=databases.migrated, daemon=True).start()


def pytest_unconfigure(config: pytest.Config) -> None:
    global _started
    if _started is not None:
        _started.stop()
        _started = None


def _start(kinds: list[str]) -> Path:
    """A second run at the same time gets a folder of its own."""
    global _started
    for number in range(1, 9):
        folder = ROOT / ".local" / (f"test-{number}" if number > 1 else "test")
        try:
            _started = embedded.start(folder, kinds, durable=False)
        except embedded.InUse:
            continue
        os.environ.update({VARIABLES[kind]: address for kind, address in _started.addresses.items()})
        return folder
    raise pytest.UsageError("Eight test runs are at work in this folder already.")


def _take_share(number: int) -> None:
    """A folder and a Valkey database for one parallel worker (pytest-django gives each its PostgreSQL database)."""
    os.environ["LOCAL_DIR"] = str(Path(os.environ["LOCAL_DIR"]) / f"worker-{number}")
    os.environ["VALKEY_URL"] = urlsplit(os.environ["VALKEY_URL"])._replace(path=f"/{number}").geturl()
