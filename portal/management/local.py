"""What `manage.py up` needs before the settings can be read: a free port, the servers that nobody named, their
addresses in the environment and, for other commands on this machine, in a file."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from portal import env
from portal.lib import embedded
from portal.lib.supervisor import end_left_over

BASE_DIR = Path(__file__).resolve().parent.parent.parent
NOTES = "processes.json"
_VARIABLES = {"database": "DATABASE_URL", "valkey": "VALKEY_URL"}


@contextmanager
def servers() -> Iterator[None]:
    """Starts an embedded server for each address the environment does not name, and stops it at the end.

    Ends the process with one sentence when the folder or the port is taken or a server does not come up. What a killed
    predecessor left running is ended first. SIGTERM counts as Ctrl-C.
    """
    folder = Path(env.text("LOCAL_DIR", str(BASE_DIR / ".local")))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        held = embedded.hold(folder / "in-use")
    except embedded.InUse as error:
        sys.exit(str(error))
    end_left_over(folder / NOTES)
    refuse_a_taken_port(env.text("HOST", "127.0.0.1"), env.integer("PORT", 8000, at_least=1))
    with held, _embedded(folder):
        yield


@contextmanager
def scratch_servers() -> Iterator[None]:
    """Servers for a simulation on this machine, unless the environment names a database; stopped at the end."""
    if os.environ.get(_VARIABLES["database"]):
        yield
        return
    os.environ.setdefault("LOCAL", "on")
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))  # so that the servers are stopped too
    folder = Path(env.text("LOCAL_DIR", str(BASE_DIR / ".local"))) / "simulation"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        started = embedded.start(folder, _VARIABLES, durable=False)
    except (embedded.InUse, RuntimeError) as error:
        sys.exit(str(error))
    try:
        os.environ.update({_VARIABLES[kind]: address for kind, address in started.addresses.items()})
        yield
    finally:
        started.stop()


@contextmanager
def _embedded(folder: Path) -> Iterator[None]:
    missing = [kind for kind, variable in _VARIABLES.items() if not os.environ.get(variable)]
    if not env.flag("LOCAL", False):
        missing = []  # the settings say what is needed
    asked_to_stop = _note_signals()
    try:
        started = embedded.start(folder, missing)
    except RuntimeError as error:
        sys.exit(str(error))
    try:
        _stop_at_once_on_signals(asked_to_stop)
        for kind, address in started.addresses.items():
            os.environ[_VARIABLES[kind]] = address
        written = folder / "servers.json"
        _write_private(written, json.dumps({**started.addresses, "port": env.integer("PORT", 8000)}))
        yield
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # what is left to do is short and must not be cut off
        (folder / "servers.json").unlink(missing_ok=True)
        started.stop()


def refuse_a_taken_port(host: str, port: int) -> None:
    """Ends the process with one sentence when somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            sys.exit(
                f"Port {port} is taken: stop what listens there or choose another, e.g. make demo PORT={port + 1}."
            )


def _note_signals() -> list[int]:
    """A server that is just starting cannot be stopped cleanly, so signals wait until it stands."""
    seen: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: seen.append(number))
    return seen


def _stop_at_once_on_signals(asked_to_stop: list[int]) -> None:
    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    if asked_to_stop:
        raise KeyboardInterrupt


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
