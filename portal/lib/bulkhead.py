"""gunicorn's threaded worker with a bulkhead: what waits for nothing has threads of its own.

While the database hangs (it takes connections and never answers, as on a frozen disk), every thread of a web process
soon waits for it, and whoever asks for the status page would wait behind them. So the worker looks at a request before
it hands it to a thread: what the application calls quick goes to a few threads that nothing slow ever reaches.
"""

import re
import selectors
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

QUICK_THREADS = 2
STALLED_AFTER_S = 10  # a reader who takes none of the answer for so long holds a thread no longer
_MOST_OF_A_HEAD = 16_384
_ROOM_FOR_AN_ANSWER = 262_144  # bytes: a page goes out whole, so its reader cannot make the thread wait
_ASKED = re.compile(rb"(?:GET|HEAD) ([^ ?\r\n]+)[^ \r\n]* HTTP/1\.[01]\r\n")
_HAS_MORE = re.compile(rb"\r\n(?:content-length|transfer-encoding|expect|upgrade)[ \t]*:", re.IGNORECASE)


def quick_path(head: bytes) -> str:
    """The path of a request that is complete with these bytes and has no body; "" for any other, which might make the
    thread that takes it wait for its sender."""
    asked = _ASKED.match(head)
    if asked is None or not head.endswith(b"\r\n\r\n") or _HAS_MORE.search(head):
        return ""
    return asked.group(1).decode("latin-1")


class BulkheadWorker(ThreadWorker):
    """The application may have `is_quick(path)`: whether it answers that address from memory, without any wait."""

    def init_process(self) -> None:
        """Called by gunicorn in the new process."""
        self.quick = ThreadPoolExecutor(QUICK_THREADS, thread_name_prefix="quick")
        super().init_process()

    def load_wsgi(self) -> None:
        """Called by gunicorn once in each process."""
        super().load_wsgi()
        self.is_quick = getattr(self.wsgi, "is_quick", lambda _path: False)

    def enqueue_req(self, conn: TConn) -> None:
        """Hands the connection to a thread; a new one that has not said anything yet first waits without a thread."""
        head = _peek(conn.sock)
        is_new = not (conn.initialized or conn.data_ready)
        if is_new:
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED_AFTER_S, 0))
        if head is None and is_new:
            self._wait_for(conn)
            return
        path = quick_path(head or b"")
        threads = self.tpool
        if path and self.is_quick(path):
            threads = self.quick
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM_FOR_AN_ANSWER)
        done = threads.submit(self.handle, conn)
        done.add_done_callback(lambda result: self.method_queue.defer(self.finish_request, conn, result))

    def _wait_for(self, conn: TConn) -> None:
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def run(self) -> None:
        """Called by gunicorn; returns when the process is to end."""
        super().run()
        self.quick.shutdown(wait=False)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Called by gunicorn when the process is to end at once."""
        self.quick.shutdown(wait=False)
        super().handle_quit(sig, frame)


def _peek(connection: socket.socket) -> bytes | None:
    """What has come and was not read yet; None if nothing has, b"" if the other side is gone."""
    try:
        return connection.recv(_MOST_OF_A_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""
