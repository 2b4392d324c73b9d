"""A load generator on raw sockets: fast enough in Python to saturate one server core from the other."""

import itertools
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Request = Callable[[], bytes]
MANY = 32  # connections that a server always has something to do with; with few it mostly waits for its own threads
FEW = 2  # connections that hardly queue: what a visitor waits
_LONGEST_S = 30  # that the last answers are waited for


@dataclass
class Outcome:
    """What one run gave: answers per second, latencies in milliseconds, bytes of one page, statuses seen."""

    latencies_ms: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    page_bytes: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency below which `share` (0..1) of the answers stayed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


class _Client:
    """One connection with one request under way; reconnects when the server closes it."""

    def __init__(self, port: int, request: Request) -> None:
        self.port, self.request = port, request
        self.buffer = bytearray()
        self.needed = self.usual = 0
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        self.buffer.clear()
        self.needed = 0
        self.begun = time.perf_counter()
        self.socket.sendall(self.request())

    def receive(self) -> tuple[int, int] | None:
        """Status and length once the answer is complete, else None."""
        chunk = self.socket.recv(262144)
        if not chunk:
            raise ConnectionError
        if not self.buffer and len(chunk) == self.usual:  # as long as the answer before: complete in one piece
            return int(chunk[9:12]), self.usual
        self.buffer += chunk
        if not self.needed:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = bytes(self.buffer[:end]).lower()
            at = head.find(b"content-length:")
            if at < 0:
                raise ValueError(f"An answer without length: {head[:200]!r}")
            body = int(head[at + 15 :].split(b"\r\n", 1)[0])
            self.needed = end + 4 + body
        if len(self.buffer) < self.needed:
            return None
        self.usual = self.needed
        return int(self.buffer[9:12]), self.needed

    def wait(self) -> None:
        """Until the request under way is answered; nothing is asked after it."""
        self.socket.settimeout(_LONGEST_S)
        try:
            while self.receive() is None:
                pass
        except ConnectionError:  # closed with the answer before
            pass
        finally:
            self.socket.close()


def run(port: int, request: Request, *, seconds: float, connections: int = MANY) -> Outcome:
    """Keeps `connections` requests under way for that long and answers what it saw (the first tenth is warm-up).

    Ends when the last of them is answered, so that nobody who is measured next pays for them."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        client = _Client(port, request)
        client.send()
        selector.register(client.socket, selectors.EVENT_READ, client)
    outcome = Outcome()
    counted_from = time.perf_counter() + seconds / 10
    ends_at = time.perf_counter() + seconds
    while (at := time.perf_counter()) < ends_at:
        for key, _events in selector.select(timeout=1):
            _advance(selector, key.data, outcome, counted_from)
    outcome.seconds = at - counted_from
    for key in list(selector.get_map().values()):
        key.data.wait()
    return outcome


def _advance(selector: selectors.BaseSelector, client: _Client, outcome: Outcome, counted_from: float) -> None:
    try:
        answer = client.receive()
    except ConnectionError:
        selector.unregister(client.socket)
        client.socket.close()
        client.connect()
        client.send()
        selector.register(client.socket, selectors.EVENT_READ, client)
        return
    if answer is None:
        return
    ended = time.perf_counter()
    if ended >= counted_from:
        outcome.latencies_ms.append((ended - client.begun) * 1000)
        outcome.statuses[answer[0]] = outcome.statuses.get(answer[0], 0) + 1
        outcome.page_bytes = answer[1]
    client.send()


def get(*paths: str, host: str = "127.0.0.1", cookie: str = "", token: str = "") -> Request:
    """A GET of one path after the other, over and over; with the cookie or the token of somebody."""
    head = [f"Host: {host}", "Accept: text/html", "Accept-Encoding: br, gzip"]
    if cookie:
        head.append(f"Cookie: {cookie}")
    if token:
        head.append(f"Authorization: Bearer {token}")
    wires = itertools.cycle(("\r\n".join([f"GET {path} HTTP/1.1", *head]) + "\r\n\r\n").encode() for path in paths)
    return lambda: next(wires)


def post(path: str, body: Callable[[], str], *, cookies: list[str], headers: dict[str, str]) -> Request:
    """A form POST whose body is made anew each time, by one visitor after the other."""
    head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    head.append("Content-Type: application/x-www-form-urlencoded")
    visitors = itertools.cycle(cookies)

    def build() -> bytes:
        content = body().encode()
        lines = [*head, f"Cookie: {next(visitors)}", f"Content-Length: {len(content)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + content

    return build
