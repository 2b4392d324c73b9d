"""Full page or part: one way for every view to answer."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control, patch_vary_headers

Context = dict[str, Any] | Callable[[], dict[str, Any]]


def wanted_part(request: HttpRequest, parts: Sequence[str]) -> str | None:
    """The part that htmx asks for by its HX-Target, when this view serves it; None for the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django_htmx
    if not htmx or htmx.history_restore_request or htmx.boosted:
        return None
    return htmx.target if htmx.target in parts else None


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, parts: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    """The page, or just the part named by HX-Target. Private pages are never stored by a browser or proxy."""
    part = wanted_part(request, parts)
    response = render(request, f"{template}#{part}" if part else template, context, status=status)
    if parts:
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if request.user.is_authenticated:
        patch_cache_control(response, no_store=True, private=True)
    return response


def done(
    request: HttpRequest, template: str, context: Context, *, to: str, parts: Sequence[str] = (), said: Any = ""
) -> HttpResponse:
    """After a change: the part for htmx, a redirect for a plain browser.

    A context that is callable is built only for the part. `said` is what happened, in words: the part finds it in its
    context, the page that is redirected to among its messages.
    """
    if wanted_part(request, parts):
        built = context() if callable(context) else context
        return page(request, template, {**built, "said": said}, parts=parts)
    if said:
        messages.success(request, said)
    return redirect(to)
