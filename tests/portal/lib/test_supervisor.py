"""The supervisor with small programs: what happens when one ends, and when it is asked to stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from portal.lib import supervisor
from portal.lib.supervisor import Program, Supervisor, end_left_over

LASTING = "import time\nprint('at work', flush=True)\ntime.sleep(60)"
STUBBORN = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{LASTING}"
WITH_A_CHILD = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', '''{STUBBORN}'''])\n{LASTING}"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., int]:
    """Runs programs (name → Python code) until the supervisor ends; answers its code."""

    def run_programs(programs: dict[str, str], announce: Callable[[], None] = lambda: None) -> int:
        listed = [Program(name, [sys.executable, "-c", code], {}) for name, code in programs.items()]
        return Supervisor(listed, notes=tmp_path / "notes").run(is_ready=lambda: True, announce=announce)

    return run_programs


def ask_to_stop(*, after_s: float) -> None:
    threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGTERM)).start()


def children() -> list[str]:
    return [
        " ".join(child.cmdline())
        for child in psutil.Process().children(recursive=True)
        if "sleep(60)" in str(child.cmdline())
    ]


def test_when_one_ends_by_itself_all_end_and_it_is_named(
    run: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run({"good": WITH_A_CHILD, "bad": "import sys; sys.exit(3)"}) == 1
    assert "bad ended by itself with exit code 3" in capfd.readouterr().out
    assert children() == []


def test_asked_to_stop_it_ends_in_order(run: Callable[..., int], capfd: pytest.CaptureFixture[str]) -> None:
    announced: list[bool] = []
    ask_to_stop(after_s=1.0)
    assert run({"one": LASTING, "two": LASTING}, announce=lambda: announced.append(True)) == 0
    assert announced == [True]
    assert "one    | at work" in capfd.readouterr().out
    assert children() == []


def test_who_does_not_end_in_time_is_killed_with_all_its_children(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "_STOPS_WITHIN_S", 0.5)
    ask_to_stop(after_s=1.0)
    assert run({"stubborn": STUBBORN, "parent": WITH_A_CHILD}) == 0
    assert "stubborn did not end in time" in capfd.readouterr().out
    assert children() == []


def test_asked_twice_it_hurries(run: Callable[..., int]) -> None:
    ask_to_stop(after_s=1.0)
    ask_to_stop(after_s=1.2)
    begun = time.monotonic()
    assert run({"stubborn": STUBBORN}) == 0
    assert time.monotonic() - begun < 5


def test_programs_of_a_killed_supervisor_are_ended_but_no_stranger(tmp_path: Path) -> None:
    orphan = subprocess.Popen([sys.executable, "-c", LASTING], start_new_session=True)
    stranger = subprocess.Popen([sys.executable, "-c", LASTING], start_new_session=True)
    created_at = psutil.Process(orphan.pid).create_time()
    (tmp_path / "notes").write_text(f"[[{orphan.pid}, {created_at}], [{stranger.pid}, {created_at - 60}]]")
    end_left_over(tmp_path / "notes")
    assert not psutil.pid_exists(orphan.pid)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
