"""`manage.py up`: the whole portal by one command, and nothing of it left afterwards."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from portal.accounts.demo import LOGINS
from tests.stack import Stack

PLAIN = {
    "HASHED_STATIC": "off",
    "STAFF_SECOND_FACTOR": "off",
    "EMBEDDING_MODEL": "off",
}  # neither files nor texts are looked at here


@pytest.fixture(scope="module")
def stack(own_servers: Path) -> Iterator[Stack]:
    """The portal with embedded servers of its own, as `make demo` starts it; the tests share its folder. What the demo
    tells is looked at in a browser."""
    with Stack(own_servers, own_servers=True, demo=False, **PLAIN) as running:
        running.let_people_in()
        yield running


@pytest.fixture
def portal(stack: Stack) -> Stack:
    """It runs on from test to test, and is started again after one that ended it."""
    assert stack.process is not None
    if stack.process.poll() is not None:
        stack.start()
    return stack


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process that has to do with the folder, by command line, environment or place; not only children."""
    found = {}
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.cwd(), process.environ().get("LOCAL_DIR", "")]
            if process.status() != psutil.STATUS_ZOMBIE and any(str(folder) in word for word in words):
                found[process.pid] = " ".join(process.cmdline())
        except psutil.Error:
            continue
    return found


def groups_of(portal: Stack) -> set[int]:
    """The process groups of everything that runs for this portal."""
    found = set()
    for pid in processes_of(portal.folder):
        with suppress(ProcessLookupError):  # a short one may have ended since
            found.add(os.getpgid(pid))
    return found


def living_in(groups: set[int]) -> dict[int, str]:
    alive = {}
    for process in psutil.process_iter(["pid", "name", "status"]):
        try:
            if os.getpgid(process.pid) in groups and process.info["status"] != psutil.STATUS_ZOMBIE:
                alive[process.pid] = process.info["name"]
        except (psutil.Error, ProcessLookupError):
            continue
    return alive


def test_it_runs_says_when_it_is_ready_and_leaves_nothing_behind(portal: Stack) -> None:
    printed = portal.log.read_text()
    assert f"Ready: {portal.url}/" in printed
    running = " ".join(processes_of(portal.folder).values())
    assert all(word in running for word in ("gunicorn", "worker", "beat", "postgres", "valkey-server"))
    groups = groups_of(portal)
    assert len(groups) >= 6, "Each program has a process group of its own."
    assert portal.stop() == 0, portal.tail()
    assert processes_of(portal.folder) == {}
    assert living_in(groups) == {}
    assert not (portal.folder / "servers.json").exists()


def test_the_second_start_is_quick_keeps_the_records_and_prints_log_ins(stack: Stack) -> None:
    """Counted is the work on the way to the first page, so that a busy machine does not fail it."""
    stack.stop()
    stack.start()
    assert stack.process is not None
    parent = psutil.Process(stack.process.pid)
    web = next(child for child in parent.children() if "gunicorn" in child.cmdline())
    worked = sum(sum(one.cpu_times()[:2]) for one in [parent, web, *web.children()])
    printed = stack.log.read_text()
    assert all(address in printed for _role, address, _password in LOGINS)
    assert "Furnishing" not in printed
    assert "Collecting" not in printed
    counted = stack.manage(
        "shell", "-v", "0", "-c", "from portal.accounts.models import Tier; print(Tier.objects.count())"
    )
    assert counted.strip() == "3"
    assert worked < 10, f"{worked:.1f} s of work"


def test_a_killed_supervisor_leaves_nothing_that_stops_the_next(portal: Stack) -> None:
    assert portal.process is not None
    groups = {os.getpgid(one.pid) for one in psutil.Process(portal.process.pid).children()}
    portal.process.kill()
    portal.process.wait()
    assert living_in(groups), "A kill leaves orphans: the next start ends them."
    portal.start()
    assert living_in(groups) == {}


def test_when_one_process_dies_all_end_and_the_exit_code_says_so(portal: Stack) -> None:
    assert portal.process is not None
    groups = groups_of(portal)
    victim = next(
        process.pid
        for process in psutil.Process(portal.process.pid).children()
        if process.environ().get("PROCESS") == "worker"
    )
    os.kill(victim, signal.SIGKILL)
    assert portal.process.wait(timeout=60) == 1
    assert "worker ended by itself" in portal.log.read_text()
    assert living_in(groups) == {}
    assert processes_of(portal.folder) == {}


def test_a_taken_port_is_one_sentence_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        portal = Stack(tmp_path / "up", own_servers=True, **PLAIN, PORT=str(other.getsockname()[1]))
        portal.start(wait=False)
        assert portal.process.wait(timeout=30) == 1
    printed = portal.log.read_text().strip().splitlines()
    assert len(printed) == 1
    assert printed[0].startswith("Port ")
    assert not (tmp_path / "up" / "postgres").exists()


def test_an_interrupt_while_it_starts_leaves_nothing_behind(stack: Stack) -> None:
    stack.stop()
    stack.start(wait=False)
    stack.wait_for_line("Preparing")
    assert stack.stop() == 0, stack.tail()
    assert processes_of(stack.folder) == {}


def test_named_servers_are_used_and_nothing_embedded_starts(tmp_path: Path) -> None:
    portal = Stack(tmp_path / "up", name="named", demo=False, **PLAIN)
    with portal:
        running = " ".join(processes_of(portal.folder).values())
        assert "gunicorn" in running
        assert "postgres:" not in running
        assert not (portal.folder / "postgres").exists()
        assert not (portal.folder / "valkey").exists()
