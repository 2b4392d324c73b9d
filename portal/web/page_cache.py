"""Anonymous public pages, kept whole in Valkey: what most visitors see costs no view, no query, no session.

A page is kept by its host, URL and part, together with the revision of public content at the time it was made; a
change of content raises the revision, and everything older is forgotten at once. Who has a session cookie never
sees or fills the cache.
"""

import zlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

REVISION = "public-content"
KEPT_FOR = 300
_PREFIXES = ("/help/", "/pricing/")
_KEPT_HEADERS = ("Content-Type", "Content-Security-Policy", "Vary", "Last-Modified", "Content-Language", "Link")


def content_changed() -> None:
    """Call after a change of public content has been committed: pages made before it are not served again."""
    if cache.add(REVISION, 1, timeout=None):
        return
    cache.incr(REVISION)


class AnonymousPages:
    """Serves and fills the cache for GETs of public pages by visitors without a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._may_be_cached(request):
            return self.get_response(request)
        key = self._key(request)
        found = cache.get_many([REVISION, key])
        revision = found.get(REVISION, 0)
        kept = found.get(key)
        if kept and kept[0] == revision:
            return HttpResponse(zlib.decompress(kept[1]) if kept[3] else kept[1], headers=kept[2])
        response = self.get_response(request)
        if self._may_be_kept(response):
            headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
            cache.set(key, (revision, response.content, headers, False), timeout=KEPT_FOR)
        return response

    def _may_be_cached(self, request: HttpRequest) -> bool:
        is_public = request.path == "/" or request.path.startswith(_PREFIXES)
        return is_public and request.method == "GET" and settings.SESSION_COOKIE_NAME not in request.COOKIES

    def _may_be_kept(self, response: HttpResponse) -> bool:
        is_whole = response.status_code == 200 and not response.streaming and not response.cookies
        return is_whole and getattr(response, "is_public_page", False)

    def _key(self, request: HttpRequest) -> str:
        target = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""
        return f"page:{request.get_host()}:{request.get_full_path()}:{target}"
