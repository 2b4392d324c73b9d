"""A Celery worker of one's own, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent


class Worker:
    """`manage.py run` as PROCESS=worker, with its output in a file."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = {**environment, "PROCESS": "worker", "PYTHONUNBUFFERED": "1"}
        self.log = log
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL to the worker and all its children at once: nothing is put in order."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_a_child(self) -> None:
        """SIGKILL to one sending child; the worker makes a new one."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children()
        os.kill(children[0].pid, signal.SIGKILL)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


def wait_until(condition: Callable[[], bool], *, within_s: float, why: Callable[[], str] = lambda: "") -> None:
    given_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < given_up_at, why()
        time.sleep(0.02)
