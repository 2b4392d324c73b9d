"""Anonymous public pages, kept whole in Valkey: what most visitors see costs no view, no query, no session.

A page is kept by host and path together with the revision of public content at the time it was made; a change of
content sets a new revision, and everything older is forgotten at once. Who carries a session or a message never sees
or fills the cache. Each process keeps the pages it served last: then one small question to Valkey, whether the
revision still holds, is all that an answer costs. Without Valkey every page is made anew.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from hashlib import blake2b
from typing import Any

import brotli
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.text import compress_string

REVISION = "public-content"
KEPT_FOR = 60
MOST_IN_PROCESS = 256
_SLOW_S = 0.08  # a cache that takes so long to answer is in trouble: it is not asked to keep anything
_PREFIXES = ("/help/", "/pricing/")
_PERSONAL_COOKIES = ("messages",)
_KEPT_HEADERS = (
    "Content-Type", "Content-Language", "Content-Security-Policy", "Link", "Last-Modified", "Vary", "X-Frame-Options",
    "Cache-Control",
)  # fmt: skip

Handler = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Kept:
    """A page as it goes over the wire, and the revision of public content that it shows."""

    revision: str
    view: str
    body: bytes
    headers: dict[str, str]
    until: float


def content_changed() -> None:
    """Pages made before this moment are not served again. Call it once the change is committed.

    Raises RuntimeError when Valkey does not take it, so that a delivery is tried again; until then pages made before
    live on for KEPT_FOR seconds at most.
    """
    revision = secrets.token_hex(8)
    cache.set(REVISION, revision, timeout=None)
    if cache.get(REVISION) is None:
        raise RuntimeError("The page cache could not be told of a change.")


def is_anonymous(request: HttpRequest) -> bool:
    """Nothing about this request is personal: no session, no message waiting. Costs no query."""
    cookies = request.COOKIES
    return settings.SESSION_COOKIE_NAME not in cookies and not any(name in cookies for name in _PERSONAL_COOKIES)


def public_page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Renders a public page. For anonymous visitors it may be kept: the template must not touch user, session or token
    when `anonymous` is set."""
    anonymous = is_anonymous(request)
    shared = {"anonymous": anonymous, "site": settings.SITE_URL}
    response = render(request, template, {**context, **shared}, status=status)
    patch_vary_headers(response, ["Cookie"])
    response["Cache-Control"] = "no-cache" if anonymous else "no-store, private"
    response.is_public_page = anonymous  # type: ignore[attr-defined]  # read by AnonymousPages
    return response


class AnonymousPages:
    """Serves and fills the cache for GETs of public pages, without query string, by visitors without a session."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.nearby: dict[str, Kept] = {}  # by key, the oldest first

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._may_be_cached(request):
            return self.get_response(request)
        key = f"page:{_coding(request)}:{request.get_host()}:{request.path}"
        asked_at = time.monotonic()
        revision, kept = self._look_up(key)
        if kept is not None:
            return _answer(request, kept)
        is_slow = time.monotonic() - asked_at > _SLOW_S
        response = self.get_response(request)
        if is_slow or not self._may_be_kept(response):
            return response
        made = _packed(request, response, revision or _first_revision())
        if made.revision:
            self._remember(key, made)
            cache.set(key, astuple(made), timeout=KEPT_FOR)
        return _answer(request, made)

    def _look_up(self, key: str) -> tuple[str, Kept | None]:
        """The present revision, and the page if it was made at it: from this process, else from Valkey."""
        near = self.nearby.get(key)
        if near is not None and near.until > time.time():
            revision = cache.get(REVISION) or ""
            if near.revision == revision:
                return revision, near
        found = cache.get_many([REVISION, key])
        revision, row = found.get(REVISION, ""), found.get(key)
        if row is None or row[0] != revision:
            return revision, None
        kept = Kept(*row)
        self._remember(key, kept)
        return revision, kept

    def _remember(self, key: str, kept: Kept) -> None:
        if len(self.nearby) >= MOST_IN_PROCESS:
            self.nearby.pop(next(iter(self.nearby)), None)
        self.nearby[key] = kept

    def _may_be_cached(self, request: HttpRequest) -> bool:
        path = request.path
        if request.method != "GET" or not (path == "/" or path.startswith(_PREFIXES)):
            return False
        return not request.META.get("QUERY_STRING") and "HTTP_HX_REQUEST" not in request.META and is_anonymous(request)

    def _may_be_kept(self, response: HttpResponse) -> bool:
        is_whole = response.status_code == 200 and not response.streaming and not response.cookies
        return is_whole and getattr(response, "is_public_page", False)


def _first_revision() -> str:
    """Sets a revision where there is none (a new or emptied Valkey); empty when Valkey does not answer."""
    cache.add(REVISION, secrets.token_hex(8), timeout=None)
    return cache.get(REVISION) or ""


def _coding(request: HttpRequest) -> str:
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else "plain"


def _packed(request: HttpRequest, response: HttpResponse, revision: str) -> Kept:
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
    return Kept(revision, view, body, headers, time.time() + KEPT_FOR)


def _answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    request.kept_view = kept.view  # type: ignore[attr-defined]  # read by the request log
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked and kept.headers["ETag"] in [tag.removeprefix("W/") for tag in parse_etags(asked)]:
        left_out = ("Content-Type", "Content-Length", "Content-Encoding")
        unchanged = {name: value for name, value in kept.headers.items() if name not in left_out}
        return HttpResponseNotModified(headers=unchanged)
    return HttpResponse(kept.body, headers=kept.headers)
