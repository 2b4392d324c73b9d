"""Asking a ClamAV daemon about a file, by its INSTREAM command."""

import socket
import struct
from collections.abc import Iterable
from urllib.parse import urlsplit

_TIMEOUT_S = 60
_MOST_ANSWER = 4096


class Unanswered(Exception):
    """The scanner is away, or could not look at the file. Says why; ask again later."""


def found_in(url: str, pieces: Iterable[bytes]) -> str:
    """The name of what the scanner found in the file, empty for a clean one. Raises Unanswered.

    `url` is tcp://host:port or unix:///path/of/the/socket.
    """
    try:
        with _connected(url) as line:
            line.sendall(b"zINSTREAM\0")
            for piece in pieces:
                if piece:
                    line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except OSError as error:
        raise Unanswered(f"{type(error).__name__}: {error}") from error
    return _understood(answer)


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_TIMEOUT_S)
        try:
            line.connect(parts.path)
        except OSError:
            line.close()
            raise
        return line
    line = socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=5)
    line.settimeout(_TIMEOUT_S)
    return line


def _answer(line: socket.socket) -> str:
    received = b""
    while b"\0" not in received and len(received) < _MOST_ANSWER:
        piece = line.recv(1024)
        if not piece:
            break
        received += piece
    return received.split(b"\0")[0].decode("utf-8", "replace").strip()


def _understood(answer: str) -> str:
    verdict = answer.partition(": ")[2] or answer
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")[:200] or "unnamed"
    raise Unanswered(answer[:200] or "It hung up without an answer.")
