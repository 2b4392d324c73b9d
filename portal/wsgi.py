"""The web server's door: the published status bundle first, then Django. The bundle needs no database, no broker."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from portal.lib.bundle import StatusBundle
from portal.lib.content_types import ReadableContentTypes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def _hsts() -> str:
    if not settings.SITE_URL.startswith("https://") or not settings.SECURE_HSTS_SECONDS:
        return ""
    subdomains = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    return f"max-age={settings.SECURE_HSTS_SECONDS}{subdomains}{'; preload' if settings.SECURE_HSTS_PRELOAD else ''}"


def _loaded() -> None:
    """Everything that pages need is imported now, so that no reader waits for it, and left out of garbage collection,
    which would look through all of it again and again: a tenth of the work of a page."""
    reverse("admin:index")  # the first address asked for makes the table of all: half a second
    import_module("kombu.transport.redis")  # what the first wake-up of a worker goes out by
    gc.collect()
    gc.freeze()


application = StatusBundle(
    ReadableContentTypes(get_wsgi_application()),
    settings.STATUS_BUNDLE_DIR,
    stale_after_s=settings.STATUS_STALE_AFTER_S,
    hsts=_hsts(),
    also_quick=[reverse("operations:live")],
)
_loaded()
