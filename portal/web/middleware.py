"""Manners of every request: whose address counts, what is logged, which zone is shown, how a refusal looks."""

import ipaddress
import secrets
import time
import zoneinfo
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone, translation
from prometheus_client import Histogram

from portal.lib.problems import MEDIA_TYPE, problem_body
from portal.lib.refusals import Refused

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("portal.activity")
request_seconds = Histogram(
    "portal_request_seconds", "Time to answer by view", ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


class ClientAddress:
    """Sets REMOTE_ADDR to the visitor: X-Forwarded-For is read from the right, past trusted proxies only."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(one, strict=False) for one in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.trusted and self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            self._believe_forwarded(request)
        else:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)

    def _believe_forwarded(self, request: HttpRequest) -> None:
        for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = _address(hop.strip())
            if address is None:
                return  # nonsense from further out: the last hop that was believed counts
            request.META["REMOTE_ADDR"] = str(address)
            if not self._is_trusted(str(address)):
                return

    def _is_trusted(self, address: str) -> bool:
        found = _address(address)
        return found is not None and any(found in network for network in self.trusted)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as proxies write it, perhaps with a port; IPv4 inside IPv6 is told as IPv4."""
    bare = text[1:].split("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.split(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class ReadableRequests:
    """Refuses what no page can read: a null byte in the address (PostgreSQL takes none), a body in another encoding
    than UTF-8, or one that is too large. Forms refuse null bytes in their fields themselves."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
        if "\0" in request.path or "%00" in query or "\0" in query or charset.lower() not in _UTF_8:
            return self._refusal(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.MOST_REQUEST_MB * 1024 * 1024:
            said = f"This is more than {settings.MOST_REQUEST_MB} MB at once. Send less, or one after the other.\n"
            return HttpResponse(said, status=413, content_type="text/plain")
        return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse:
        words = "This request cannot be read."
        if not request.path.startswith("/api/"):
            return HttpResponse(f"{words}\n", status=400, content_type="text/plain")
        return JsonResponse(problem_body(400, "unreadable", words), status=400, content_type=MEDIA_TYPE)


_UTF_8 = ("utf-8", "utf8")


class FilesHost:
    """At the origin of files there is nothing but files: no session, no other page."""

    PLACES = ("/tickets/files/",)

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.FILES_HOST and request.META.get("HTTP_HOST") == settings.FILES_HOST:
            request.COOKIES = {}
            if not request.path.startswith(self.PLACES):
                return HttpResponse("There are only files here.\n", status=404, content_type="text/plain")
        return self.get_response(request)


class MachineDoors:
    """What only machines open has no session.

    The health checks and the metrics are answered right here: they must work without database, cache or a fitting
    Host header. At the other doors a cookie sent by mistake counts for nothing: each checks its own credential.
    """

    EARLY = ("/health/live", "/health/ready", "/metrics")
    OTHERS = ("/api/", "/hooks/", "/ping/", "/v2/", "/pulse/")
    FOR_PEOPLE = ("/api/v1/docs",)

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in self.EARLY:
            match = resolve(request.path)
            return match.func(request, *match.args, **match.kwargs)
        if request.path.startswith(self.OTHERS) and request.path not in self.FOR_PEOPLE:
            request.COOKIES = {}
        return self.get_response(request)


_UNEVENTFUL = {("web:pulse", 204)}  # each open page asks every few seconds; "nothing new" is measured, not told
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class RequestLog:
    """Gives each request an id, binds it to every log line and writes one line per answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        begun = time.perf_counter()
        response = self.get_response(request)
        took = time.perf_counter() - begun
        response["X-Request-ID"] = request_id
        match = request.resolver_match
        view = match.view_name if match else getattr(request, "kept_view", "none")
        method = request.method if request.method in _METHODS else "other"  # anybody can make up as many as they like
        request_seconds.labels(view, method, response.status_code).observe(took)
        if (view, response.status_code) in _UNEVENTFUL:
            return response
        user = getattr(request, "_cached_user", None)  # only when somebody asked: logging costs no query
        who = {"user_id": user.pk} if user else {}
        log.info(
            "request",
            view=view,
            method=method,
            status=response.status_code,
            ms=round(took * 1000, 1),
            **who,
        )
        return response


class AdminPolicy:
    """The admin's own Content-Security-Policy: the theme needs eval for its expressions, scripts stay our own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response.setdefault("Content-Security-Policy", ADMIN_POLICY)
        return response


class ReaderZone:
    """Shows moments in the signed-in reader's zone and texts in their language, and tells the log who they are."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        organization_id = next(iter(getattr(user, "loaded_roles", None) or ()), None)
        structlog.contextvars.bind_contextvars(user_id=user.pk, organization_id=organization_id)
        with timezone.override(zoneinfo.ZoneInfo(user.time_zone)), translation.override(user.language):
            request.LANGUAGE_CODE = user.language
            return self.get_response(request)


class Refusals:
    """Turns an action's refusal into a notice with status 409; nothing the person wrote is lost by it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        template = "409.html#notice" if getattr(request, "htmx", False) else "409.html"
        return render(request, template, {"refusal": error}, status=409)
