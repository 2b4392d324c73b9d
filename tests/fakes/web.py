"""A web server of somebody else on loopback: answers by path, keeps what it was asked, over TLS if wanted."""

import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Website:
    """Its address, what it received, and what it answers under each path (by default 200)."""

    port: int
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    site: Website

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        words = {name.lower(): value for name, value in self.headers.items()}
        self.site.received.append(Received(self.path, words, self.rfile.read(length)))
        try:
            self._answer()
        except OSError:
            return  # the caller has had enough

    do_POST = do_GET

    def _answer(self) -> None:
        status = self.site.answers.get(self.path, 302 if self.path == "/redirect" else 200)
        if self.path == "/silent":
            time.sleep(5)
        if self.path == "/dripping-headers":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200)
        self.send_response(status)
        if self.path == "/redirect":
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        if self.path == "/huge":
            self.wfile.write(b"x" * 100_000_000)
        elif self.path == "/dripping":
            self._drip(b"x" * 200)
        else:
            self.wfile.write(b"thanks")

    def _drip(self, words: bytes) -> None:
        for letter in words:
            self.wfile.write(bytes([letter]))
            time.sleep(0.05)

    def log_message(self, format: str, *values: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return


@contextmanager
def website(context: ssl.SSLContext | None = None) -> Iterator[Website]:
    """Runs for the length of a with block, with TLS when given a context."""
    handler = type("Handler", (_Handler,), {})
    server: socketserver.TCPServer = _Server(("127.0.0.1", 0), handler)
    site = Website(server.server_address[1], "https" if context else "http")
    handler.site = site
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
