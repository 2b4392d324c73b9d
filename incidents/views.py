"""Fallbacks: the published bundle answers these addresses before Django does; here they are rendered live."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from incidents.feeds.pages import Pages
from incidents.feeds.standing import read
from portal.operations.current import troubles


def _live(path: str, *, also: str = "") -> HttpResponse:
    """The file that the bundle would hold under this path; `also` is the id of one that may be too old for it."""
    found = Pages(read(now=timezone.now(), also=also)).file(path)
    if found is None:
        raise Http404
    response = HttpResponse(found.body, content_type=found.content_type, headers=found.headers)
    patch_cache_control(response, public=True, max_age=20)
    return response


@login_not_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    return _live("")


@login_not_required
@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """The state of all systems in one line, for other pages to fetch."""
    return _live("line/")


@login_not_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    return _live("history/")


@login_not_required
@require_safe
def incident(request: HttpRequest, public_id: str) -> HttpResponse:
    return _live(f"incidents/{public_id}/", also=public_id)


@login_not_required
@require_safe
def maintenance(request: HttpRequest, public_id: str) -> HttpResponse:
    return _live(f"maintenance/{public_id}/", also=public_id)


@login_not_required
@require_safe
def document(request: HttpRequest, document: str) -> HttpResponse:
    return _live(f"api/v2/{document}")


@login_not_required
@require_safe
def banner(request: HttpRequest) -> HttpResponse:
    """A part for other pages: what is known to be wrong now. 204 when nothing is: then they stay as they are."""
    found = troubles(timezone.now())
    response = render(request, "incidents/banner.html", {"troubles": found}) if found else HttpResponse(status=204)
    patch_cache_control(response, public=True, max_age=20)
    return response
