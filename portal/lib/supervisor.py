"""Runs several programs as one: prefixed output, one clean stop, and when one of them dies all of them end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

_STOPS_WITHIN_S = 12
_ASKS_EVERY_S = 0.3
_COLOURS = ("36", "35", "33", "32", "34")


@dataclass(frozen=True)
class Program:
    """What to run under which name; `environment` comes on top of this process's own."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str]


class Supervisor:
    """Starts, watches and ends programs. `notes` is a file that remembers the running ones: should the supervisor be
    killed, `end_left_over(notes)` ends them."""

    def __init__(self, programs: list[Program], *, notes: Path) -> None:
        self._programs = programs
        self._notes = notes
        self._running: dict[str, subprocess.Popen] = {}
        self._noted: list[tuple[int, float]] = []
        self._readers: list[threading.Thread] = []
        self._writing = threading.Lock()
        self._asked_to_stop = threading.Event()
        self._in_a_hurry = threading.Event()

    def run(self, *, is_ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Runs until SIGINT or SIGTERM (answers 0) or until a program ends by itself (answers 1).

        `announce` is called once, as soon as `is_ready` says so. Nothing that was started is left running.
        """
        earlier = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for program, colour in zip(self._programs, _COLOURS, strict=False):
                self._start(program, colour)
            return self._watch(is_ready, announce)
        finally:
            self._stop()
            for number, handler in earlier.items():
                signal.signal(number, handler)

    def say(self, line: str) -> None:
        """Writes a line of the supervisor's own between those of its programs."""
        with self._writing:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._asked_to_stop.is_set():
            self._in_a_hurry.set()
        self._asked_to_stop.set()

    def _start(self, program: Program, colour: str) -> None:
        process = subprocess.Popen(
            program.arguments,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # its own group: a Ctrl-C is answered here, in order
        )
        self._running[program.name] = process
        self._noted.append((process.pid, psutil.Process(process.pid).create_time()))
        self._notes.write_text(json.dumps(self._noted))
        prefix = f"{program.name:<7}| "
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        reader = threading.Thread(target=self._read, args=(process, prefix), daemon=True)
        reader.start()
        self._readers.append(reader)

    def _read(self, process: subprocess.Popen, prefix: str) -> None:
        for line in process.stdout or ():
            self.say(prefix + line.rstrip())

    def _watch(self, is_ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        announced, asked_at = False, 0.0
        while not self._asked_to_stop.wait(0.1):
            for name, process in self._running.items():
                if process.poll() is not None:
                    self.say(f"{name} ended by itself with {_ending(process.returncode)}: everything else is stopped.")
                    return 1
            if not announced and time.monotonic() - asked_at > _ASKS_EVERY_S:
                asked_at = time.monotonic()
                announced = is_ready()
                if announced:
                    announce()
        return 0

    def _stop(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()  # only the parent: it ends its own children in order
        given_up_at = time.monotonic() + _STOPS_WITHIN_S
        while any(process.poll() is None for process in self._running.values()):
            if self._in_a_hurry.wait(0.05) or time.monotonic() > given_up_at:
                break
        for name, process in self._running.items():
            if process.poll() is None:
                self.say(f"{name} did not end in time and is killed.")
            _kill_group(process.pid)
            process.wait()
        for reader in self._readers:
            reader.join(timeout=2)
        self._notes.unlink(missing_ok=True)


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end_left_over(path: Path) -> None:
    """Ends the programs of a supervisor that was killed. A process that merely got a number of theirs is left alone."""
    try:
        noted = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return
    for pid, created_at in noted:
        try:
            is_ours = psutil.Process(pid).create_time() == created_at
        except psutil.NoSuchProcess:
            continue
        if is_ours:
            members = [one for one in psutil.process_iter() if _group_of(one) == pid]
            _kill_group(pid)  # with nobody to read their output they cannot end in order
            psutil.wait_procs(members, timeout=5)


def _group_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None
