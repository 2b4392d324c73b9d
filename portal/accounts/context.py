import time
from functools import lru_cache
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.accounts.models import Brand, User

_FRESH_FOR_S = 30
_SECTIONS = ("help", "pricing", "status", "tickets")


def actor(request: HttpRequest) -> User:
    """Who makes the request, behind the log-in: middleware and admin let nobody else through. Else PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def page(request: HttpRequest) -> dict[str, Any]:
    """What every page may show: the brand of this host (lazy, so a part that shows none costs nothing), and which of
    the links at the top leads here."""
    word = request.path.split("/", 2)[1]
    return {
        "brand": SimpleLazyObject(lambda: brand_of(_host(request))),
        "section": word if word in _SECTIONS else "",
    }


def _host(request: HttpRequest) -> str:
    """The host asked for; none when it is not ours, since the page that refuses it has a brand too."""
    try:
        return request.get_host().split(":")[0]
    except DisallowedHost:
        return ""


def brand_of(host: str) -> Brand:
    """The brand of that host, else the default one. A change shows within half a minute: each process keeps a copy."""
    return _brand_of(host, int(time.monotonic() // _FRESH_FOR_S))


@lru_cache(maxsize=64)
def _brand_of(host: str, _half_minute: int) -> Brand:
    brands = list(Brand.objects.order_by("-is_default", "pk"))
    named = [brand for brand in brands if host in brand.hosts]
    return (named or brands or [Brand(name="Portal")])[0]
