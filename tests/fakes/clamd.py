"""A virus scanner that speaks clamd's INSTREAM on loopback and finds the EICAR test file."""

import socketserver
import struct
import threading
from typing import Any

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Line(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        received = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            received += self.rfile.read(length)
            if len(received) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(received)
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in received else b"stream: OK\0")


class Scanner:
    """Use as a context manager; `url` goes into CLAMAV_URL, `scanned` are the files it saw."""

    def __init__(self, most: int = 25_000_000) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Line)
        self._server.daemon_threads = True
        self._server.most = most  # type: ignore[attr-defined]  # the line reads it there
        self.scanned: list[bytes] = []
        self._server.scanned = self.scanned  # type: ignore[attr-defined]  # likewise

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Scanner":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
