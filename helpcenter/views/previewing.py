from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from helpcenter.querysets import previewed


@login_not_required
@require_safe
def preview(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """An unpublished revision as its page will look, for whoever has the link, while it is at work and not too old."""
    found = previewed(pk, token)
    template, status = ("helpcenter/preview.html", 200) if found else ("helpcenter/preview_over.html", 404)
    context = {"article": found, "site": settings.SITE_URL, "preview": True}
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response
