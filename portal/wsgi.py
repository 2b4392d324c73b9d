"""The web server's door: the published status bundle first, then Django. The bundle needs no database, no broker."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal.lib.bundle import StatusBundle
from portal.lib.content_types import ReadableContentTypes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def _hsts() -> str:
    if not settings.SITE_URL.startswith("https://") or not settings.SECURE_HSTS_SECONDS:
        return ""
    subdomains = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    return f"max-age={settings.SECURE_HSTS_SECONDS}{subdomains}{'; preload' if settings.SECURE_HSTS_PRELOAD else ''}"


application = StatusBundle(
    ReadableContentTypes(get_wsgi_application()),
    settings.STATUS_BUNDLE_DIR,
    stale_after_s=settings.STATUS_STALE_AFTER_S,
    hsts=_hsts(),
)
