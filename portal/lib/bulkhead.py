"""gunicorn's threaded worker with a bulkhead: what is answered from memory takes no thread.

While the database hangs (it takes connections and never answers, as on a frozen disk), every thread of a web process
soon waits for it, and whoever asks for the status page would wait behind them. So the thread that listens looks at what
comes, and answers by itself what the application calls quick; all else stands in line for a thread as usual. It never
waits for anybody: it takes a request up only when all of it is there, leaves readers who take their time to threads
that do nothing else, and waits for nobody's goodbye. A connection that has said nothing yet takes no thread, and one
that falls silent halfway, or takes nothing of its answer, does not keep the one it has.

The threads are our own and not an executor's: a request costs a tenth of the server's own work less.
"""

import re
import socket
import struct
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from selectors import EVENT_READ
from typing import Any, NamedTuple

from gunicorn.workers.gthread import TConn, ThreadWorker

PATIENT_THREADS = 2
SILENT_AFTER_S = 20  # a sender who says nothing, or a reader who takes nothing, for that long is left
_ROOM_FOR_AN_ANSWER = 262_144  # bytes that the system may hold for a reader, so that hardly any page needs a thread
_MOST_OF_A_HEAD = 16_384
_ASKED = re.compile(rb"(?:GET|HEAD) ([^ ?\r\n]+)[^ \r\n]* HTTP/1\.[01]\r\n")
_HAS_MORE = re.compile(rb"\r\n(?:content-length|transfer-encoding|expect|upgrade)[ \t]*:", re.IGNORECASE)


def asks_something_quick(head: bytes, is_quick: Callable[[str], bool]) -> bool:
    """Whether these bytes are a whole request without a body, for a path that is quick. Any other might make the thread
    that takes it wait for its sender."""
    asked = _ASKED.match(head)
    if asked is None or not is_quick(asked.group(1).decode("latin-1")):
        return False
    return head.endswith(b"\r\n\r\n") and not _HAS_MORE.search(head)


class _Served(NamedTuple):
    """What gunicorn asks of a request that is done with: whether its connection is kept."""

    outcome: Any

    def result(self) -> Any:
        return self.outcome

    def cancelled(self) -> bool:
        return False


class _Threads:
    """Threads that serve what is next in line. They are daemons: one that hangs keeps no process from ending."""

    def __init__(self, name: str, many: int) -> None:
        self._many = many
        self._line: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
        for number in range(many):
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    def _work(self) -> None:
        while turn := self._line.get():
            serve, *given = turn
            serve(*given)

    def put(self, serve: Callable[..., None], *given: Any) -> None:
        self._line.put((serve, *given))

    def shutdown(self, *, wait: bool) -> None:
        """Called by gunicorn, without waiting: what is in line is served still."""
        for _ in range(self._many):
            self._line.put(())


class _Held:
    """Stands for a connection's socket while its answer is made: nothing is sent yet, and nobody waits."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def setblocking(self, is_blocking: bool) -> None:
        """Called by gunicorn. All that will be read is there."""

    def sendall(self, part: bytes) -> None:
        """Called by gunicorn."""
        self._parts.append(part)

    def send_now(self) -> bytes:
        """Sends in one go what the system takes without a wait; answers the rest. Raises OSError."""
        rest = self._sent(b"".join(self._parts))
        if rest:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM_FOR_AN_ANSWER)
            rest = self._sent(rest)
        return rest

    def _sent(self, answer: bytes) -> bytes:
        try:
            return answer[self._sock.send(answer, socket.MSG_DONTWAIT) :]
        except BlockingIOError:
            return answer


class BulkheadWorker(ThreadWorker):
    """The application may have `is_quick(path)`: whether it answers that address from memory, without any wait."""

    def get_thread_pool(self) -> _Threads:
        """Called by gunicorn in the new process."""
        self.patient = _Threads("patient", PATIENT_THREADS)
        return _Threads("usual", self.cfg.threads)

    def load_wsgi(self) -> None:
        """Called by gunicorn in the new process."""
        super().load_wsgi()
        self.is_quick: Callable[[str], bool] = getattr(self.wsgi, "is_quick", lambda _path: False)

    def enqueue_req(self, conn: TConn) -> None:
        """Called by gunicorn's main loop for each new connection, and for each on which something was said."""
        if not conn.initialized:
            for limit in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, limit, struct.pack("ll", SILENT_AFTER_S, 0))
        has_read_ahead = conn.initialized and conn.parser.unreader.buf.getvalue()
        said = b"" if has_read_ahead else _heard(conn.sock, socket.MSG_PEEK)
        if said is None and not conn.initialized:
            # It takes a thread once it says something; until then gunicorn's limit for kept connections is its limit.
            self._watch(conn, self.on_pending_socket_readable)
        elif said and asks_something_quick(said, self.is_quick):
            self._answer(conn)
        elif said == b"" and not has_read_ahead:
            self._close(conn)
        else:
            self.tpool.put(self._serve, conn)

    def _watch(self, conn: TConn, heard: Callable[[TConn, Any], None]) -> None:
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(heard, conn))

    def _serve(self, conn: TConn) -> None:
        self.method_queue.defer(self.finish_request, conn, _Served(self._handled(conn)))

    def _handled(self, conn: TConn) -> Any:
        try:
            return self.handle(conn)
        except BaseException:
            self.log.exception("A request raised what none should.")  # and its thread serves the next one
            return False

    def _answer(self, conn: TConn) -> None:
        sock, held = conn.sock, _Held(conn.sock)
        try:
            conn.init()  # its parser reads from the socket itself
            conn.sock = held
            outcome = self._handled(conn)
            rest = held.send_now()
        except OSError:  # the reader is gone
            rest, outcome = b"", False
        finally:
            conn.sock = sock
        if rest:
            self.patient.put(self._send, conn, rest, outcome)
        else:
            self.finish_request(conn, _Served(outcome))

    def _send(self, conn: TConn, rest: bytes, outcome: Any) -> None:
        try:
            conn.sock.setblocking(True)
            conn.sock.sendall(rest)
        except OSError:
            outcome = False
        self.method_queue.defer(self.finish_request, conn, _Served(outcome))

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """Called in the main thread, by gunicorn too, whose own would give each reader two seconds for a goodbye and
        listen to nobody meanwhile. A connection closed at once might take the end of the answer along."""
        if fs.result():
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self._watch(conn, self._on_goodbye)
        except OSError:  # closed already
            self._close(conn)

    def _on_goodbye(self, conn: TConn, client: Any) -> None:
        if _heard(conn.sock) == b"":  # what else is said, nobody reads any more
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def run(self) -> None:
        """Called by gunicorn; returns when the process is to end."""
        super().run()
        self.patient.shutdown(wait=False)


def _heard(connection: socket.socket, how: int = 0) -> bytes | None:
    """What has come and was not read yet; None if nothing has, b"" if the other side is gone."""
    try:
        return connection.recv(_MOST_OF_A_HEAD, how | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""
