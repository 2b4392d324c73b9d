"""`manage.py up`: the whole portal by one command, and nothing of it left afterwards."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.stack import Stack

PLAIN = {
    "HASHED_STATIC": "off",
    "STAFF_SECOND_FACTOR": "off",
    "EMBEDDING_MODEL": "off",
}  # neither files nor texts are looked at here


@pytest.fixture
def folder(own_servers: Path) -> Path:
    return own_servers


@pytest.fixture
def portal(folder: Path) -> Iterator[Stack]:
    """The portal with embedded servers of its own, as `make demo` starts it; the tests share one folder."""
    with Stack(folder, own_servers=True, **PLAIN) as running:
        yield running


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


def test_it_runs_prints_log_ins_when_ready_and_leaves_nothing_behind(portal: Stack) -> None:
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


def test_the_second_start_is_quick_and_keeps_the_records(folder: Path) -> None:
    """Counted is the work on the way to the first page, so that a busy machine does not fail it."""
    with Stack(folder, own_servers=True, **PLAIN) as portal:
        parent = psutil.Process(portal.process.pid)
        web = next(child for child in parent.children() if "gunicorn" in child.cmdline())
        worked = sum(sum(one.cpu_times()[:2]) for one in [parent, web, *web.children()])
        assert "Furnishing" not in portal.log.read_text()
        assert "Collecting" not in portal.log.read_text()
        counted = portal.manage(
            "shell", "-v", "0", "-c", "from portal.accounts.models import Tier; print(Tier.objects.count())"
        )
        assert counted.strip() == "3"
    assert worked < 10, f"{worked:.1f} s of work"


def test_when_one_process_dies_all_end_and_the_exit_code_says_so(folder: Path) -> None:
    with Stack(folder, own_servers=True, **PLAIN) as portal:
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
        assert processes_of(folder) == {}


def test_a_killed_supervisor_leaves_nothing_that_stops_the_next(folder: Path) -> None:
    with Stack(folder, own_servers=True, **PLAIN) as portal:
        portal.process.kill()
        portal.process.wait()
        assert processes_of(folder), "A kill leaves orphans: the next start ends them."
        portal.start()
        assert portal.stop() == 0, portal.tail()
    assert processes_of(folder) == {}


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


def test_an_interrupt_while_it_starts_leaves_nothing_behind(folder: Path) -> None:
    portal = Stack(folder, own_servers=True, **PLAIN)
    portal.start(wait=False)
    portal.wait_for_line("Preparing")
    assert portal.stop() == 0, portal.tail()
    assert processes_of(folder) == {}


def test_named_servers_are_used_and_nothing_embedded_starts(tmp_path: Path) -> None:
    portal = Stack(tmp_path / "up", name="named", **PLAIN)
    portal.arguments = ["up"]
    with portal:
        running = " ".join(processes_of(portal.folder).values())
        assert "gunicorn" in running
        assert "postgres:" not in running
        assert not (portal.folder / "postgres").exists()
        assert not (portal.folder / "valkey").exists()
