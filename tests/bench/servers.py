"""One web server process on one core, for measuring."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from portal.lib import embedded
from portal.lib.embedded import end_group, free_port
from tests.bench.load import get, run

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = {
    "gunicorn": [
        "-m", "gunicorn", "{app}", "--bind", "127.0.0.1:{port}", "--workers", "1",
        "--worker-class", "portal.lib.bulkhead.BulkheadWorker", "--threads", "8", "--keep-alive", "30",
        "--log-level", "warning",
    ],
    "granian": [
        "-m", "granian", "{app}", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}", "--workers", "1",
        "--blocking-threads", "8", "--no-access-log", "--log-level", "warning",
    ],
}  # fmt: skip


@contextmanager
def serving(server: str, app: str, *, core: int, env: dict[str, str] | None = None) -> Iterator[tuple[int, float, int]]:
    """Runs `app` under that server pinned to a core; yields port, seconds until the first answer, process id."""
    port = free_port()
    arguments = [part.format(app=app, port=port) for part in COMMANDS[server]]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        _wait(process, port)
        yield port, time.perf_counter() - begun, process.pid
    finally:
        end_group(process)


def _wait(process: subprocess.Popen, port: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("The web server ended before it answered.")
        try:
            run(port, get("/"), seconds=0.05, connections=1)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The web server did not answer within 30 s.")


def memory_mb(pid: int) -> float:
    """Resident memory of the largest process of that server (the worker that answers)."""
    process = psutil.Process(pid)
    return max(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6


def set_environment(started: embedded.Servers, folder: Path) -> None:
    """What the portal is measured with: those servers, and files of its own in the folder."""
    os.environ.update(
        LOCAL="on",
        STAFF_SECOND_FACTOR="off",
        LOCAL_DIR=str(folder),
        DATABASE_URL=started.addresses["database"],
        VALKEY_URL=started.addresses["valkey"],
        LOG_LEVEL="ERROR",
        DJANGO_SETTINGS_MODULE="portal.settings",
    )
