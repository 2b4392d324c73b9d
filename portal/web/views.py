import sys

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import server_error

from portal.lib import pulse
from portal.lib.bounded_waits import is_out_of_reach


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token was missing or old: says what to do instead of a bare 403."""
    return render(request, "403_csrf.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """What nobody foresaw (500), or a database that does not answer (503), which is worth trying again."""
    if is_out_of_reach(sys.exception()):
        return HttpResponse(loader.get_template("503.html").render(), status=503, headers={"Retry-After": "30"})
    return server_error(request)


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers read help and status; what is private says no, and what a search finds is no page of its own."""
    closed = ["/admin/", "/accounts/", "/tickets/", "/billing/", "/organization/", "/api/", "/hooks/", "/help/search/?"]
    lines = ["User-agent: *", *[f"Disallow: {path}" for path in closed]]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@login_not_required
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """For what asks without reading a page: bookmarks, feeds, the API's reference."""
    return redirect(static("img/favicon.svg"))


@login_not_required
@never_cache
@require_safe
def heard(request: HttpRequest, token: str) -> HttpResponse:
    """Whether anything changed since `version`, and who else is there if that is not `who`; 204 when neither. The
    signed token of the page says what is asked about: no query is made."""
    listener = pulse.Listener.of(token)
    if listener is None:
        return JsonResponse({}, status=403)
    now = pulse.listen(listener, is_writing=request.GET.get("writing") == "1")
    if now is None or (now.version, now.who) == (request.GET.get("version"), request.GET.get("who", "")):
        return HttpResponse(status=204)
    return JsonResponse({"version": now.version, "who": now.who, "says": _said(now.others)})


def _said(others: list[pulse.Person]) -> str:
    """Who else is there, as sentences."""
    writing = [one.name for one in others if one.is_writing]
    reading = [one.name for one in others if not one.is_writing]
    said = []
    if writing:
        said.append(ngettext("%(names)s is writing here.", "%(names)s are writing here.", len(writing)))
    if reading:
        said.append(ngettext("%(names)s is reading this.", "%(names)s are reading this.", len(reading)))
    named = [", ".join(names) for names in (writing, reading) if names]
    return " ".join(sentence % {"names": names} for sentence, names in zip(said, named, strict=True))
