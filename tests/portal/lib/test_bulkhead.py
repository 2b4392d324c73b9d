import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
import requests

from portal.lib.bulkhead import PATIENT_THREADS, asks_something_quick
from portal.lib.embedded import end_group, free_port

MUCH = 20_000_000
APP = """
import threading, time
from portal.lib import bulkhead
bulkhead.SILENT_AFTER_S = 1
class Application:
    def is_quick(self, path):
        return path == "/quick/"
    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/slow/":
            time.sleep(3)
        if path == "/read/":
            environ["wsgi.input"].read()
        if path == "/end/":
            raise SystemExit
        body = b"x" * 20_000_000 if environ["QUERY_STRING"] == "much" else path.encode()
        start_response("200 OK", [("Content-Length", str(len(body))), ("Thread", threading.current_thread().name)])
        return [body]
application = Application()
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """gunicorn with one process and two threads."""
    folder = tmp_path_factory.mktemp("bulkhead")
    (folder / "slow_app.py").write_text(APP)
    number = free_port()
    options = ["--bind", f"127.0.0.1:{number}", "--worker-class", "portal.lib.bulkhead.BulkheadWorker"]
    root = str(Path(__file__).resolve().parents[3])
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "slow_app", *options, "--threads", "2", "--keep-alive", "2",
         "--log-level", "critical", "--no-control-socket"],
        cwd=folder, env={**os.environ, "PYTHONPATH": f"{root}:{folder}"}, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                requests.get(f"http://127.0.0.1:{number}/", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield number
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    finally:
        end_group(process)


@contextmanager
def all_threads_waiting(port: int) -> Iterator[None]:
    waiting = [
        threading.Thread(target=requests.get, args=(f"http://127.0.0.1:{port}/slow/",), kwargs={"timeout": 30})
        for _ in range(3)
    ]
    for thread in waiting:
        thread.start()
    time.sleep(0.3)
    yield
    for thread in waiting:
        thread.join()


def test_what_is_quick_is_answered_while_every_thread_waits(port: int) -> None:
    with all_threads_waiting(port):
        with requests.Session() as session:
            for _ in range(3):  # on one connection: kept-alive ones are looked at too
                begun = time.monotonic()
                answer = session.get(f"http://127.0.0.1:{port}/quick/", params={"q": "1"}, timeout=10)
                assert (answer.status_code, answer.text) == (200, "/quick/")
                assert answer.headers["Thread"] == "MainThread"
                assert time.monotonic() - begun < 1
        begun = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/other/", timeout=20).text == "/other/"
        assert time.monotonic() - begun > 1  # and what is not quick waits its turn


def test_what_is_not_quick_takes_a_thread(port: int) -> None:
    for asked in ({"method": "GET", "url": "/other/"}, {"method": "POST", "url": "/quick/", "data": "a=b"}):
        answer = requests.request(**{**asked, "url": f"http://127.0.0.1:{port}{asked['url']}"}, timeout=5)
        assert answer.headers["Thread"].startswith("usual")


def test_connections_that_say_nothing_or_half_a_request_hold_up_nothing_quick(port: int) -> None:
    said = [b"GET /quick/ HT", b"GET /quick/ HTTP/1.1\r\nHost: a\r\n"] * 3 + [b"", b""]
    said += [b"GET /quick/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"] * 3
    with connected(port, said):
        time.sleep(0.5)
        begun = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/quick/", timeout=10).text == "/quick/"
        assert time.monotonic() - begun < 1


def test_connections_that_say_nothing_take_no_thread_and_are_left(port: int) -> None:
    with connected(port, [b""] * 5) as silent:
        begun = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/other/", timeout=10).text == "/other/"
        assert time.monotonic() - begun < 1
        silent[0].sendall(b"GET /other/ HTTP/1.1\r\nHost: a\r\n\r\n")
        assert heard_from(silent[0], b"/other/").startswith(b"HTTP/1.1 200 OK")
        assert silent[1].recv(65536) == b""


def test_who_stays_after_an_answer_that_was_the_last_holds_up_nobody(port: int) -> None:
    asked = b"GET /other/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with connected(port, [asked] * 3 + [asked.replace(b"other", b"quick")] * 3) as staying:
        for connection in staying:
            assert b"Connection: close" in heard_from(connection, b"/")
        for path in ("/other/", "/quick/"):
            begun = time.monotonic()
            assert requests.get(f"http://127.0.0.1:{port}{path}", timeout=10).text == path
            assert time.monotonic() - begun < 1


def test_who_falls_silent_halfway_keeps_no_thread(port: int) -> None:
    halves = [b"GET /other/ HTTP/1.1\r\nHost: a\r\n"] * 2  # as many as there are threads
    halves += [b"POST /read/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"] * 2
    with connected(port, halves):
        time.sleep(0.1)
        begun = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/other/", timeout=10).text == "/other/"
        assert 0.5 < time.monotonic() - begun < 5  # twice SILENT_AFTER_S


def test_who_takes_nothing_of_an_answer_keeps_no_thread(port: int) -> None:
    asked = b"GET /other/?much HTTP/1.1\r\nHost: a\r\n\r\n"
    with connected(port, [asked] * 2):
        time.sleep(0.1)
        begun = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/other/", timeout=10).text == "/other/"
        assert 0.5 < time.monotonic() - begun < 5


def heard_from(connection: socket.socket, end: bytes) -> bytes:
    heard = b""
    while not heard.endswith(end):
        piece = connection.recv(65536)
        assert piece, heard
        heard += piece
    return heard


@contextmanager
def connected(port: int, said: list[bytes]) -> Iterator[list[socket.socket]]:
    """A connection for each, on which that was said and nothing else yet."""
    held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in said]
    for connection, words in zip(held, said, strict=True):
        connection.sendall(words)
    try:
        yield held
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize("is_late", [False, True])
def test_requests_sent_in_one_go_are_all_answered_in_their_order(port: int, is_late: bool) -> None:
    threads = all_threads_waiting(port) if is_late else nullcontext()
    with threads, socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        one = b"GET /%s/ HTTP/1.1\r\nHost: a\r\n\r\n"
        connection.sendall(one % b"quick" + one % b"other" + one % b"quick")
        heard = b""
        while heard.count(b"HTTP/1.1 200") < 3 or not heard.endswith(b"/quick/"):
            heard += connection.recv(65536)
    assert re.findall(rb"\r\n\r\n(/\w+/)", heard) == [b"/quick/", b"/other/", b"/quick/"]


def test_a_reader_who_takes_nothing_of_a_long_answer_holds_up_nobody_and_is_left(port: int) -> None:
    asked = b"GET /quick/?much HTTP/1.1\r\nHost: a\r\n\r\n"
    with connected(port, [asked] * (PATIENT_THREADS + 1)) as stalled:
        time.sleep(0.3)
        begun = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/quick/", timeout=30).text == "/quick/"
        assert time.monotonic() - begun < 1
        taken = requests.get(f"http://127.0.0.1:{port}/quick/?much", timeout=30)  # waits for those who are left
        assert len(taken.content) == MUCH
        got = 0
        while piece := stalled[0].recv(1_000_000):
            got += len(piece)
        assert got < MUCH


def test_a_request_that_ends_its_thread_leaves_the_others_served(port: int) -> None:
    for _ in range(3):  # there are two threads
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/end/", timeout=5)
    assert requests.get(f"http://127.0.0.1:{port}/other/", timeout=5).text == "/other/"


@pytest.mark.parametrize(
    ("head", "is_quick"),
    [
        (b"GET /status/ HTTP/1.1\r\nHost: a\r\n\r\n", True),
        (b"HEAD /status/?a=b HTTP/1.0\r\n\r\n", True),
        (b"GET /help/ HTTP/1.1\r\nHost: a\r\n\r\n", False),
        (b"GET /status/ HTTP/1.1\r\nHost: a\r\n", False),
        (b"POST /status/ HTTP/1.1\r\nHost: a\r\n\r\n", False),
        (b"GET /status/ HTTP/1.1\r\nHost: a\r\ncontent-length : 2\r\n\r\n", False),
        (b"GET /status/ HTTP/1.1\r\nTRANSFER-ENCODING: chunked\r\n\r\n", False),
        (b"GET /status/ HTTP/1.1\r\nUpgrade: h2c\r\n\r\n", False),
        (b"GET /status/ HTTP/1.1\r\nHost: a\r\n\r\nGET /x/ HTTP/1.1\r\n\r\n", True),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", False),
        (b"", False),
    ],
)
def test_a_request_is_quick_only_if_it_is_whole_and_bare(head: bytes, is_quick: bool) -> None:
    assert asks_something_quick(head, {"/status/"}.__contains__) is is_quick
