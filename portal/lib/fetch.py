"""Calling an address that a person entered, without being led astray by it.

The name is resolved once, every address it answers is checked, and the connection goes to the very address that was
checked: a name that answers differently a moment later gains nothing. No redirect is followed, no proxy is asked, and
neither a slow nor an endless answer holds anybody up.
"""

import ipaddress
import os
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Timeout, Url, parse_url

Resolver = Callable[[str, int], list[str]]
_CHUNK = 16 * 1024
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.I)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOWHERE = [ipaddress.ip_network(one) for one in ("64:ff9b:1::/48", "192.88.99.0/24", "3fff::/20")]
_ISATAP = {0x5EFE, 0x2005EFE}  # the upper half of an interface's identifier that wraps an IPv4 address


class Forbidden(Exception):
    """This address is not called, whatever answers there: a private network, a strange scheme, no host."""


class Unreachable(Exception):
    """Nobody answered properly, or not in time."""


@dataclass(frozen=True)
class Limits:
    """How long a call may take altogether, how much of the answer is read, whether loopback may be called (for tests
    and a demo on one's own machine only), and whether the address is the operator's own: one from the environment,
    never one that a person entered, may lie in a private network."""

    seconds: float = 10.0
    most_bytes: int = 64 * 1024
    allow_loopback: bool = False
    is_operators_own: bool = False


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str = "GET"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back; `is_cut` when there was more than the limit lets through."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_cut: bool


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver tells them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def fetch(url: str, request: Request, *, limits: Limits | None = None, resolve: Resolver = resolved) -> Answer:
    """One request to that address. Raises Forbidden, or Unreachable; a redirect is an answer like any other."""
    limits = limits or Limits()
    deadline = time.monotonic() + limits.seconds
    where = checked(url)
    host, port = _host_and_port(where)
    address = _first_allowed(host, _looked_up(host, port, deadline, resolve), limits)
    connection = _connection(where, address, deadline)
    breaker = threading.Timer(_left(deadline), connection.break_off)
    breaker.daemon = True
    breaker.start()
    try:
        answer = _exchange(connection, where, request, limits)
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        late = "It was not done when its time was up: " if connection.is_broken else ""
        raise Unreachable(f"{late}{type(error).__name__}") from error
    finally:
        breaker.cancel()
        connection.close_all()
    if connection.is_broken:
        raise Unreachable("It was not done when its time was up.")
    return answer


def checked(url: str) -> Url:
    """The parts of a URL that may be called as far as one can tell without resolving it. Raises Forbidden."""
    try:
        where = parse_url(url)
    except LocationParseError as error:
        raise Forbidden("This is no URL.") from error
    if where.scheme not in {"http", "https"} or not where.host:
        raise Forbidden("Only http and https addresses with a host are called.")
    if where.auth is not None:
        raise Forbidden("An address with a name and password in it is not called.")
    if where.port == 0:
        raise Forbidden("There is no port 0.")
    return where


def is_literal(where: Url) -> bool:
    """Whether the host of a URL is no name but an IP address, in any way of writing one, or this very machine."""
    last = _host_and_port(where)[0].rstrip(".").rsplit(".", 1)[-1]
    return ":" in last or last.lower() == "localhost" or _NUMBER.fullmatch(last) is not None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; what an IPv6 address wraps is looked at too."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = _wrapped(found)
    if inner is not None:
        return is_public(str(inner))
    is_special = found.is_private or found.is_loopback or found.is_link_local or found.is_multicast
    is_odd = found.is_reserved or found.is_unspecified or getattr(found, "is_site_local", False)
    is_nowhere = any(found in network for network in _NOWHERE if network.version == found.version)
    return found.is_global and not (is_special or is_odd or is_nowhere)


def _wrapped(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, NAT64 or ISATAP one."""
    if isinstance(found, ipaddress.IPv4Address):
        return None
    if found in _NAT64 or (int(found) >> 32) & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour


def _host_and_port(where: Url) -> tuple[str, int]:
    host = str(where.host).removeprefix("[").removesuffix("]")
    return host, where.port or (443 if where.scheme == "https" else 80)


def _looked_up(host: str, port: int, deadline: float, resolve: Resolver) -> list[str]:
    """The system's resolver knows no time limit, so it is asked in a thread that may be left behind."""
    answers: queue.Queue[list[str] | Exception] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=_left(deadline))
    except queue.Empty:
        raise Unreachable("The name was not resolved in time.") from None
    if isinstance(found, Exception) or not found:
        raise Unreachable("The name could not be resolved.")
    return found


def _first_allowed(host: str, addresses: list[str], limits: Limits) -> str:
    """One bad address among several is enough to refuse: nobody honest answers with one."""
    if limits.is_operators_own:
        return addresses[0]
    for address in addresses:
        if limits.allow_loopback and ipaddress.ip_address(address).is_loopback:
            continue
        if not is_public(address):
            raise Forbidden(f"{host} leads to an address that is not public.")
    return addresses[0]


class _Breakable:
    """A connection that can be broken off from another thread, also in the middle of its TLS handshake."""

    _handle: socket.socket | None = None
    is_broken = False

    def _new_conn(self) -> socket.socket:
        opened: socket.socket = super()._new_conn()  # type: ignore[misc]  # the class this is mixed into has it
        self._handle = socket.socket(fileno=os.dup(opened.fileno()))
        if self.is_broken:
            self.break_off()
        return opened

    def break_off(self) -> None:
        self.is_broken = True
        if self._handle is not None:
            try:
                self._handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # closed already

    def close_all(self) -> None:
        self.close()  # type: ignore[attr-defined]  # likewise
        if self._handle is not None:
            self._handle.close()


class _Plain(_Breakable, HTTPConnection):
    pass


class _Encrypted(_Breakable, HTTPSConnection):
    pass


def _connection(where: Url, address: str, deadline: float) -> _Plain | _Encrypted:
    """To that very address; name and certificate are those of the URL."""
    host, port = _host_and_port(where)
    patience = Timeout(total=_left(deadline)).connect_timeout
    if where.scheme == "http":
        return _Plain(address, port, timeout=patience)
    trusted = ssl.create_default_context()
    return _Encrypted(
        address, port, timeout=patience, ssl_context=trusted, server_hostname=host, assert_hostname=host,
        cert_reqs=ssl.CERT_REQUIRED,
    )  # fmt: skip


def _exchange(connection: _Plain | _Encrypted, where: Url, request: Request, limits: Limits) -> Answer:
    headers = {"User-Agent": "portal-webhooks/1", "Accept-Encoding": "identity", **request.headers}
    headers["Host"] = where.netloc or ""
    body = request.body or None
    connection.request(
        request.method, where.request_uri, body=body, headers=headers, preload_content=False, decode_content=False
    )
    response = connection.getresponse()
    read = b""
    while len(read) <= limits.most_bytes and (chunk := response.read(_CHUNK)):
        read += chunk
    told = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, told, read[: limits.most_bytes], len(read) > limits.most_bytes)


def _left(deadline: float) -> float:
    return max(0.01, deadline - time.monotonic())
