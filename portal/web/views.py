from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token was missing or old: says what to do instead of a bare 403."""
    return render(request, "403_csrf.html", status=403)


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
