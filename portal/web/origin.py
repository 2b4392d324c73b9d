"""For forms on pages that are kept whole, which therefore carry no token: where does this request come from?"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def is_from_here(request: HttpRequest) -> bool:
    """True when the browser says that one of our own pages sent it: Sec-Fetch-Site, else Origin. Silence is a no."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS


def from_here_only(view: View) -> View:
    """Instead of a token: answers 403 to requests that another site (or no browser) sent."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS") and not is_from_here(request):
            raise PermissionDenied
        return view(request, *args, **options)

    return csrf_exempt(checked)
