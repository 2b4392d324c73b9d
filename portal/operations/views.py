"""Doors for watchers: is the process alive, can it work, what do the probes say, what does Prometheus count."""

import os
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from portal.lib.clock import moment
from portal.lib.tokens import same
from portal.operations.metrics import Verdict, gauges, verdict
from portal.operations.probes import reading_of
from portal.web.htmx import page

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
_LOOPBACK = ("127.0.0.1", "::1")


@login_not_required
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This process answers. Depends on nothing, so a dead database does not make anybody restart it."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether database and broker answer now; 503 names the part that does not."""
    parts = {name: reading_of(name)[0].is_ok for name in ("database", "broker")}
    words = {name: "ok" if is_ok else "down" for name, is_ok in parts.items()}
    status = 200 if all(parts.values()) else 503
    body = {"status": "ok" if status == 200 else "down", **words}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The verdict of the stored readings for anybody; the readings themselves for staff who may see them."""
    at = moment(None)
    try:
        found = verdict(at)
        may_look = request.user.is_staff and request.user.has_perm("operations.view_proberesult")
    except DatabaseError:
        found, may_look = Verdict(None, [], [], []), False
    if may_look and request.accepts("text/html"):
        return page(request, "operations/health.html", {"verdict": found})
    status = 200 if found.word == "ok" else 503
    body = {"status": found.word, "checked_at": found.checked_at, **(_details(found) if may_look else {})}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text. With METRICS_TOKEN only for its bearer; without one only for this very machine."""
    if not _may_scrape(request):
        return HttpResponse("Send METRICS_TOKEN as a bearer token.\n", status=403, content_type="text/plain")
    own = CollectorRegistry()
    own.register(_Tables())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(own)
        text = generate_latest(own)
    else:
        text = generate_latest(REGISTRY) + generate_latest(own)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


class _Tables:
    """Asked by prometheus_client on each scrape."""

    def collect(self) -> list[Metric]:
        return list(gauges(moment(None)))


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and same(token.strip(), settings.METRICS_TOKEN)
    came_through_a_proxy = any(name in request.META for name in _FORWARDED)
    return not came_through_a_proxy and request.META.get("REMOTE_ADDR") in _LOOPBACK


def _details(found: Verdict) -> dict[str, Any]:
    readings = {
        reading.name: {
            "ok": reading.is_ok,
            "detail": reading.detail,
            "figures": reading.figures,
            "took_ms": reading.took_ms,
            "probed_at": reading.probed_at,
        }
        for reading in found.readings
    }
    return {"readings": readings, "missing": found.missing}
