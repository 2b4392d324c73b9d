"""Anonymous public pages, kept whole in Valkey: what most visitors see costs no view, no query, no session.

A page is kept by host and path together with the revision of public content at the time it was made; a change of
content sets a new revision, and everything older is forgotten at once. Who carries a session or a message never sees
or fills the cache. Each process keeps the pages it served last and asks Valkey for the revision a few times a second;
`content_changed` returns only when every process must have seen the new one. Without Valkey each page is made anew.
A page that shows what ends or begins at a known moment is kept until then (`public_page(…, until=…)`), not longer.

When the database cannot be reached, a page of the present revision is served for an hour: nothing can have changed it.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, TypeVar

import brotli
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.text import compress_string

from portal.lib.bundle import codings
from portal.lib.tallies import count

REVISION = "public-content"
KEPT_FOR = 60
KEPT_FOR_NEED = 3600  # and so long for the case that it cannot be made anew
MOST_IN_PROCESS = 256
_BELIEVED_S = 0.02  # a process asks for the revision again after this; at most so long it may not know of a change
_UNREACHABLE_S = 1.0  # and after this when Valkey did not answer, so that a dead one does not slow each request
_PREFIXES = ("/help/", "/pricing/")
_PERSONAL_COOKIES = ("messages",)
_KEPT_HEADERS = (
    "Content-Type", "Content-Language", "Content-Security-Policy", "Link", "Last-Modified", "Vary", "X-Frame-Options",
    "Cache-Control",
)  # fmt: skip

Handler = Callable[[HttpRequest], HttpResponse]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Kept:
    """A page as it goes over the wire, and the revision of public content that it shows."""

    revision: str
    view: str
    body: bytes
    headers: dict[str, str]
    until: float
    counted: tuple[str, str] = ("", "")
    true_until: float = float("inf")


class Revision:
    """The present revision of public content as this process knows it; empty when Valkey does not answer."""

    def __init__(self) -> None:
        self.known, self.believed_until = "", 0.0

    def present(self) -> str:
        asked_at = time.monotonic()
        if asked_at < self.believed_until:
            return self.known
        known = cache.get(REVISION) or self._begin()
        self.known, self.believed_until = known, asked_at + (_BELIEVED_S if known else _UNREACHABLE_S)
        return known

    def forget(self) -> None:
        self.believed_until = 0.0

    def _begin(self) -> str:
        """A new or emptied Valkey gets a first revision; the answer is empty when there is none to write to."""
        cache.add(REVISION, secrets.token_hex(8), timeout=None)
        return cache.get(REVISION) or ""


revision = Revision()


def content_changed() -> None:
    """Pages made before this moment are not served again, by no process, once this returns. Call it after the commit.

    Raises RuntimeError when Valkey does not take it, so that a delivery is tried again; until then pages made before
    live on for KEPT_FOR seconds, or KEPT_FOR_NEED while the database is away.
    """
    new = secrets.token_hex(8)
    cache.set(REVISION, new, timeout=None)
    revision.forget()
    if cache.get(REVISION) is None:
        raise RuntimeError("The page cache could not be told of a change.")
    time.sleep(_BELIEVED_S)


def is_anonymous(request: HttpRequest) -> bool:
    """Nothing about this request is personal: no session, no message waiting. Costs no query."""
    cookies = request.COOKIES
    return settings.SESSION_COOKIE_NAME not in cookies and not any(name in cookies for name in _PERSONAL_COOKIES)


def public_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    until: datetime | None = None,
    counted: tuple[str, str] | None = None,
) -> HttpResponse:
    """Renders a public page. For anonymous visitors it may be kept: the template must not touch user, session or token
    when `anonymous` is set. `until` is the moment at which it will no longer be true without anybody changing it;
    `counted` a tally and a key of it (`portal.lib.tallies`) that grow with each visitor, kept page or not."""
    anonymous = is_anonymous(request)
    shared = {"anonymous": anonymous, "site": settings.SITE_URL}
    response = render(request, template, {**context, **shared}, status=status)
    patch_vary_headers(response, ["Cookie"])
    response["Cache-Control"] = "no-cache" if anonymous else "no-store, private"
    response.is_public_page = anonymous  # type: ignore[attr-defined]  # read by AnonymousPages
    response.counted = counted or ("", "")  # type: ignore[attr-defined]  # likewise
    response.true_until = until.timestamp() if until else None  # type: ignore[attr-defined]  # likewise
    return response


def made_once(request: HttpRequest, key: str, make: Callable[[], tuple[Value, datetime | None]]) -> Value:
    """What all anonymous visitors are shown alike, made by this process once as long as a page would be kept; for
    others made anew. Nobody may change what it answers.

    `make` answers it with the moment at which it will no longer be true without anybody changing it. `key` may hold
    what a visitor typed: only a digest of it is kept.
    """
    present = revision.present() if is_anonymous(request) else ""
    if not present:
        return make()[0]
    name = f"{present}:{blake2b(key.encode(), digest_size=16).hexdigest()}"
    ends, value = _made.get(name, (0.0, None))
    if ends > time.time():
        return value
    value, until = make()
    ends = min(time.time() + KEPT_FOR, until.timestamp() if until else float("inf"))
    _keep(_made, name, (ends, value))
    return value


def _keep(kept: dict[str, Any], name: str, value: Any) -> None:
    """With room made for it by the oldest; one thread at a time, as nobody may add while the oldest is looked for."""
    with _keeping:
        if name not in kept and len(kept) >= MOST_IN_PROCESS:
            kept.pop(next(iter(kept)))
        kept[name] = value


_made: dict[str, tuple[float, Any]] = {}  # what `made_once` answered and until when it holds, the oldest first
_keeping = threading.Lock()


class AnonymousPages:
    """Serves and fills the cache for GETs of public pages, without query string, by visitors without a session."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.nearby: dict[str, Kept] = {}  # by key, the oldest first

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._may_be_cached(request):
            return _counted(request, self.get_response(request))
        key = f"page:{_coding(request)}:{request.get_host()}:{request.path}"
        present = revision.present()
        kept = self._look_up(key, present) if present else None
        if kept is not None and kept.until > time.time():
            return _answer(request, kept)
        response = self.get_response(request)
        if (
            kept is not None
            and response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            and kept.true_until > time.time()
        ):
            return _answer(request, kept)
        if not present or not self._may_be_kept(response):
            return _counted(request, response)
        made = _packed(request, response, present)
        if made.until > time.time():
            _keep(self.nearby, key, made)
            cache.set(key, astuple(made), timeout=KEPT_FOR_NEED)
        return _answer(request, made)

    def _look_up(self, key: str, present: str) -> Kept | None:
        """The page, if it was made at the present revision: from this process, else from Valkey. It may be too old."""
        near = self.nearby.get(key)
        if near is not None and near.revision != present:
            near = None
        if near is not None and near.until > time.time():
            return near
        row = cache.get(key)
        if row is None or row[0] != present:
            return near
        kept = Kept(*row)
        _keep(self.nearby, key, kept)
        return kept

    def _may_be_cached(self, request: HttpRequest) -> bool:
        path = request.path
        if request.method != "GET" or not (path == "/" or path.startswith(_PREFIXES)):
            return False
        return not request.META.get("QUERY_STRING") and "HTTP_HX_REQUEST" not in request.META and is_anonymous(request)

    def _may_be_kept(self, response: HttpResponse) -> bool:
        is_whole = response.status_code == 200 and not response.streaming and not response.cookies
        return is_whole and getattr(response, "is_public_page", False)


def _counted(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    name, key = getattr(response, "counted", ("", ""))
    if name and request.method == "GET" and response.status_code == 200:
        count(name, key)
    return response


def _coding(request: HttpRequest) -> str:
    return _best_coding(request.META.get("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(maxsize=256)
def _best_coding(accepted: str) -> str:
    return codings(accepted)[0] or "plain"


def _packed(request: HttpRequest, response: HttpResponse, present: str) -> Kept:
    coding = _coding(request)
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    body = response.content
    if coding != "plain":
        body = brotli.compress(body, quality=5) if coding == "br" else compress_string(body)
        headers["Content-Encoding"] = coding
    headers["Vary"] = ", ".join(filter(None, [headers.get("Vary", ""), "Accept-Encoding"]))
    headers["ETag"] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers["Content-Length"] = str(len(body))
    view = request.resolver_match.view_name if request.resolver_match else "none"
    true_until = getattr(response, "true_until", None) or float("inf")
    until = min(time.time() + KEPT_FOR, true_until)
    return Kept(present, view, body, headers, until, getattr(response, "counted", ("", "")), true_until)


def _answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    request.kept_view = kept.view  # type: ignore[attr-defined]  # read by the request log
    if kept.counted[0]:
        count(*kept.counted)
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked and kept.headers["ETag"] in [tag.removeprefix("W/") for tag in parse_etags(asked)]:
        left_out = ("Content-Type", "Content-Length", "Content-Encoding")
        unchanged = {name: value for name, value in kept.headers.items() if name not in left_out}
        return HttpResponseNotModified(headers=unchanged)
    return HttpResponse(kept.body, headers=kept.headers)
