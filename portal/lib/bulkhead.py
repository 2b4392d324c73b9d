"""gunicorn's threaded worker with a bulkhead: what waits for nothing has threads of its own when the others are late.

While the database hangs (it takes connections and never answers, as on a frozen disk), every thread of a web process
soon waits for it, and whoever asks for the status page would wait behind them. So when a request has stood in line for
too long, the worker looks through the line: what the application calls quick goes to a few threads that nothing slow
ever reaches. As long as nobody is late, nobody looks.

The threads are our own and not an executor's: who stands in line can be taken out of it, and a request costs a tenth of
the server's own work less.
"""

import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

QUICK_THREADS = 2
LATE_AFTER_S = 0.2
_LOOK_AGAIN_S = 0.1  # a long line is not looked through at every event
STALLED_AFTER_S = 5  # a reader who takes none of an answer holds a quick thread no longer
_ROOM_FOR_AN_ANSWER = 262_144  # bytes: a page goes out whole, so that hardly any reader can make its thread wait
_MOST_OF_A_HEAD = 16_384
_ASKED = re.compile(rb"(?:GET|HEAD) ([^ ?\r\n]+)[^ \r\n]* HTTP/1\.[01]\r\n")
_HAS_MORE = re.compile(rb"\r\n(?:content-length|transfer-encoding|expect|upgrade)[ \t]*:", re.IGNORECASE)


def quick_path(head: bytes) -> str:
    """The path of a request that is complete with these bytes and has no body; "" for any other, which might make the
    thread that takes it wait for its sender."""
    asked = _ASKED.match(head)
    if asked is None or not head.endswith(b"\r\n\r\n") or _HAS_MORE.search(head):
        return ""
    return asked.group(1).decode("latin-1")


class _Turn:
    """A connection in line for a thread, and once it had one, what gunicorn asks of such: its `result`."""

    __slots__ = ("_free", "connection", "is_known", "outcome", "since")

    def __init__(self, connection: TConn) -> None:
        self.connection = connection
        self.since = time.monotonic()
        self.is_known = False  # what it asks for was looked at
        self.outcome: Any = False
        self._free = [True]

    def take(self) -> bool:
        """True for one thread alone, however many try at once."""
        try:
            return self._free.pop()
        except IndexError:
            return False

    @property
    def is_taken(self) -> bool:
        return not self._free

    def result(self) -> Any:
        """Called by gunicorn: whether the connection is kept."""
        return self.outcome

    def cancelled(self) -> bool:
        """Called by gunicorn."""
        return False


class _Threads:
    """Threads that take who is next in line. They are daemons: one that hangs keeps no process from ending."""

    def __init__(self, name: str, many: int, serve: Callable[[_Turn], None]) -> None:
        self._serve, self._many = serve, many
        self._line: SimpleQueue[_Turn | None] = SimpleQueue()
        for number in range(many):
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    def _work(self) -> None:
        while (turn := self._line.get()) is not None:
            if turn.take():
                self._serve(turn)

    def put(self, turn: _Turn) -> None:
        self._line.put(turn)

    def shutdown(self, *, wait: bool) -> None:
        """Called by gunicorn, without waiting: who is in line is served still."""
        for _ in range(self._many):
            self._line.put(None)


class BulkheadWorker(ThreadWorker):
    """The application may have `is_quick(path)`: whether it answers that address from memory, without any wait."""

    def get_thread_pool(self) -> _Threads:
        """Called by gunicorn in the new process."""
        self.line: deque[_Turn] = deque()
        self.look_again_at = 0.0
        self.quick = _Threads("quick", QUICK_THREADS, self._serve)
        return _Threads("usual", self.cfg.threads, self._serve)

    def enqueue_req(self, conn: TConn) -> None:
        """Lets the connection stand in line for a thread. `line` and all that reads it belong to the main thread."""
        turn = _Turn(conn)
        self.line.append(turn)
        self.tpool.put(turn)

    def _serve(self, turn: _Turn) -> None:
        try:
            turn.outcome = self.handle(turn.connection)
        except BaseException:
            self.log.exception("A request raised what none should.")  # and its thread serves the next one
        self.method_queue.defer(self.finish_request, turn.connection, turn)

    def notify(self) -> None:
        """Called by gunicorn's main loop after whatever happened, and once a second at least."""
        super().notify()
        line = self.line
        while line and line[0].is_taken:
            line.popleft()
        now = time.monotonic()
        if line and now - line[0].since > LATE_AFTER_S and now >= self.look_again_at:
            self._let_the_quick_pass()
            self.look_again_at = now + _LOOK_AGAIN_S

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Called by gunicorn's main loop: while somebody stands in line, it looks again in time."""
        super().wait_for_and_dispatch_events(min(timeout, LATE_AFTER_S) if self.line else timeout)

    def _let_the_quick_pass(self) -> None:
        is_quick: Callable[[str], bool] = getattr(self.wsgi, "is_quick", lambda _path: False)
        for turn in self.line:
            if turn.is_known or turn.is_taken:
                continue
            sock = turn.connection.sock
            head = _peek(sock)
            turn.is_known = head is not None
            path = quick_path(head or b"")
            if path and is_quick(path) and turn.take():
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM_FOR_AN_ANSWER)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED_AFTER_S, 0))
                self.quick.put(_Turn(turn.connection))

    def run(self) -> None:
        """Called by gunicorn; returns when the process is to end."""
        super().run()
        self.quick.shutdown(wait=False)


def _peek(connection: socket.socket) -> bytes | None:
    """What has come and was not read yet; None if nothing has, b"" if the other side is gone."""
    try:
        return connection.recv(_MOST_OF_A_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""
