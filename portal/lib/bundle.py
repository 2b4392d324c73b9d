"""Serves a published bundle of static pages in front of the application, from memory: no table, no cache, no broker.

A publisher (`portal.lib.bundle_files`) writes numbered versions into a folder and points the link `current` at the
newest. This door reads the link once a second, loads a new version when it changed, and answers from memory. When
the publisher has been silent for too long, every page is served in its second form, which says that it shows the
last known state. Whatever is not in the bundle goes on to the application.

Standard library only: this must work when nothing else does.
"""

import gzip
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]
_Mark = tuple[str, int, int]  # the folder of a version, and which file its manifest is

CURRENT = "current"
MANIFEST = "manifest.json"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
AS_OF, AS_OF_ISO = b"@@AS-OF@@", b"@@AS-OF-ISO@@"  # in the second form of a page: when it was last known
_LOOK_AGAIN_S = 1.0
_CACHE_CONTROL = "public, max-age=20, stale-if-error=86400"
_MOST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Page:
    """One address, ready to send: per content coding a body with its headers; "" is the plain form."""

    etag: str
    forms: dict[str, tuple[Headers, list[bytes]]]
    unchanged: Headers


@dataclass(frozen=True, slots=True)
class _File:
    """One address as the publisher wrote it."""

    entry: dict[str, Any]
    body: bytes
    stale_body: bytes
    encoded: dict[str, bytes]


class _Version:
    """A version of the bundle in memory: the pages as they are, and as they read once they are only last known."""

    def __init__(self, mark: _Mark, manifest: dict[str, Any], files: dict[str, _File], hsts: str) -> None:
        self.mark = mark
        self.generated_at: float = manifest["generated_at"]
        self.files = files
        self._manifest, self._hsts = manifest, hsts
        self.live = {
            path: _page(file.entry["etag"], file, file.body, file.encoded, hsts) for path, file in files.items()
        }
        self._stale: dict[str, Page] | None = None

    @property
    def stale(self) -> dict[str, Page]:
        """Made on first need; every page tells since when it is not sure."""
        if self._stale is None:
            self._stale = {path: self._last_known(file) for path, file in self.files.items()}
        return self._stale

    def _last_known(self, file: _File) -> Page:
        shown, iso = self._manifest["as_of"].encode(), self._manifest["as_of_iso"].encode()
        body = file.stale_body.replace(AS_OF_ISO, iso).replace(AS_OF, shown)
        etag = f"{file.entry['etag']}-{int(self.generated_at)}"
        return _page(etag, file, body, {"gzip": gzip.compress(body, 6)}, self._hsts)


def _page(etag: str, file: _File, body: bytes, encoded: dict[str, bytes], hsts: str) -> Page:
    shared = [("ETag", f'W/"{etag}"'), ("Cache-Control", _CACHE_CONTROL), ("Vary", "Accept-Encoding")]
    shared += [("Strict-Transport-Security", hsts)] if hsts else []
    shared += list(file.entry["headers"].items())
    full = [("Content-Type", file.entry["type"]), ("X-Content-Type-Options", "nosniff"), *shared]
    forms = {"": ([*full, ("Content-Length", str(len(body)))], [body])}
    for name, packed in encoded.items():
        forms[name] = ([*full, ("Content-Encoding", name), ("Content-Length", str(len(packed)))], [packed])
    return Page(f'"{etag}"', forms, shared)


def codings(accept: str) -> tuple[str, ...]:
    """The content codings that an Accept-Encoding header allows, best first; the last is "", the plain form."""
    offered: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=") if parameters else "1"
        try:
            offered[name.strip()] = float(quality)
        except ValueError:
            offered[name.strip()] = 0
    qualities = {name: offered.get(name, offered.get("*", 0)) for name, _suffix in ENCODINGS}
    liked = sorted((name for name in qualities if qualities[name] > 0), key=lambda name: -qualities[name])
    return (*liked, "")


class StatusBundle:
    """Wraps a WSGI application. `hsts`: value of Strict-Transport-Security, empty where the site is not on HTTPS.

    With `hsts` set, a request that a proxy marks as plain HTTP goes on to the application, which redirects it.
    `also_quick`: addresses of the application that wait for nothing either.
    """

    def __init__(
        self,
        app: Application,
        folder: Path | str,
        *,
        prefix: str = "/status/",
        stale_after_s: float = 180,
        hsts: str = "",
        also_quick: Iterable[str] = (),
    ) -> None:
        self._app = app
        self._also_quick = frozenset(also_quick)
        self._folder = Path(folder)
        self._prefix, self._root = prefix, prefix.rstrip("/")
        self._stale_after_s = stale_after_s
        self._hsts = hsts
        self._version: _Version | None = None
        self._pages: dict[str, Page] = {}
        self._look_at = 0.0
        self._looking = threading.Lock()
        self._codings: dict[str, tuple[str, ...]] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(self._root):
            return self._app(environ, start_response)
        if time.monotonic() >= self._look_at:
            self._look()
        page = self._pages.get(path)
        method = environ["REQUEST_METHOD"]
        if page is None or method not in ("GET", "HEAD") or self._must_redirect(environ):
            return self._otherwise(path, environ, start_response)
        wanted = environ.get("HTTP_IF_NONE_MATCH")
        if wanted and (page.etag in wanted or wanted.strip() == "*"):
            start_response("304 Not Modified", page.unchanged[:])
            return []
        headers, body = self._form(page, environ.get("HTTP_ACCEPT_ENCODING", ""))
        start_response("200 OK", headers[:])
        return body if method == "GET" else []

    def is_quick(self, path: str) -> bool:
        """Whether this address is answered from memory, for a web server that keeps threads apart for such."""
        if self._version is None:
            self._look()
        return path in self._pages or path in self._also_quick

    def _otherwise(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """A published address without its slash is sent to it; all else is the application's."""
        if f"{path}/" in self._pages and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            start_response("301 Moved Permanently", [("Location", f"{path}/"), ("Content-Length", "0")])
            return []
        return self._app(environ, start_response)

    def _must_redirect(self, environ: Environ) -> bool:
        return bool(self._hsts) and environ.get("HTTP_X_FORWARDED_PROTO") == "http"

    def _form(self, page: Page, accept: str) -> tuple[Headers, list[bytes]]:
        allowed = self._codings.get(accept)
        if allowed is None:
            if len(self._codings) >= _MOST_REMEMBERED:
                self._codings.clear()
            allowed = self._codings[accept] = codings(accept)
        for name in allowed:
            if name in page.forms:
                return page.forms[name]
        return page.forms[""]

    def _look(self) -> None:
        """Once a second one thread looks at the link; the others serve on meanwhile, or wait for the first version."""
        if not self._looking.acquire(blocking=self._version is None):
            return
        try:
            if time.monotonic() >= self._look_at:  # nobody has looked while this thread waited
                self._renew()
                self._look_at = time.monotonic() + _LOOK_AGAIN_S
        finally:
            self._looking.release()

    def _renew(self) -> None:
        try:
            target = os.readlink(self._folder / CURRENT)
            written = (self._folder / target / MANIFEST).stat()
            mark = (target, written.st_ino, written.st_mtime_ns)
            if self._version is None or self._version.mark != mark:
                self._version = self._load(mark)
        except (OSError, ValueError, KeyError):
            pass  # half a bundle is no bundle: what is in memory stays, the next second looks again
        if self._version is not None:
            is_stale = time.time() - self._version.generated_at > self._stale_after_s
            self._pages = self._version.stale if is_stale else self._version.live

    def _load(self, mark: _Mark) -> _Version:
        folder = self._folder / mark[0]
        manifest = json.loads((folder / MANIFEST).read_bytes())
        before = self._version.files if self._version else {}
        files: dict[str, _File] = {}
        for path, entry in manifest["files"].items():
            known = before.get(self._prefix + path)
            is_same = known is not None and known.entry == entry
            files[self._prefix + path] = known if known and is_same else _read(folder, entry)
        return _Version(mark, manifest, files, self._hsts)


def _read(folder: Path, entry: dict[str, Any]) -> _File:
    name = entry["file"]
    body = (folder / name).read_bytes()
    if len(body) != entry["size"]:
        raise ValueError(f"{name} was cut short.")
    encoded = {coding: (folder / f"{name}{suffix}").read_bytes() for coding, suffix in ENCODINGS}
    return _File(entry, body, (folder / f"{name}.stale").read_bytes(), encoded)
