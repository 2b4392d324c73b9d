"""Publishing: one publisher at a time renders what is public and switches the bundle to it."""

import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from incidents.feeds.pages import Pages
from incidents.feeds.standing import read
from portal.events.models import Event
from portal.lib.bundle_files import Stamp, manifest_of, write
from portal.lib.clock import moment

NEWS = (
    "component.added",
    "component.revised",
    "component.status_changed",
    "component_group.revised",
    "incident.opened",
    "incident.updated",
    "incident.resolved",
    "incident.reopened",
    "incident.impact_changed",
    "incident.revised",
    "maintenance.scheduled",
    "maintenance.rescheduled",
    "maintenance.canceled",
    "maintenance.started",
    "maintenance.finished",
)
_LOCK = 7_265_011  # an advisory lock of the database: any number that nobody else uses
_WAIT_S = 20.0
_MOST_COVERED = 500
log = structlog.get_logger("portal.system")


class StillPublishing(Exception):
    """Another publisher held the lock for too long; try again later."""


def publish(*, now: datetime | None = None) -> int | None:
    """Renders and publishes; answers the new version, None when another publisher is at work or was quicker."""
    with transaction.atomic():
        return _publish(now) if _lock() else None


def publish_news(*, event_id: int, now: datetime | None = None) -> int | None:
    """Publishes unless a bundle already covers this event. Waits for a publisher at work, since it may have begun
    before the event; raises StillPublishing when that takes too long."""
    given_up_at = time.monotonic() + _WAIT_S
    while time.monotonic() < given_up_at:
        if _is_covered(event_id):
            return None
        with transaction.atomic():
            if _lock():
                return None if _is_covered(event_id) else _publish(now)
        time.sleep(0.05)
    raise StillPublishing


def _is_covered(event_id: int) -> bool:
    return event_id in manifest_of(settings.STATUS_BUNDLE_DIR)["covers"]


def _lock() -> bool:
    """Held until the transaction ends, so it can never be left behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _publish(now: datetime | None) -> int | None:
    begun = time.perf_counter()
    folder = settings.STATUS_BUNDLE_DIR
    base = manifest_of(folder)["version"]
    covers = _known_news()  # before the rows are read: what is listed here is in them
    at = moment(now)
    files = Pages(read(now=at)).files()
    stamp = Stamp(at, _shown(at), covers)
    version = write(folder, files, stamp, base=base)
    log.info(
        "status_published",
        version=version,
        files=len(files),
        ms=round((time.perf_counter() - begun) * 1000),
    )
    return version


def _known_news() -> Sequence[int]:
    newest = Event.objects.filter(name__in=NEWS).order_by("-pk").values_list("pk", flat=True)
    return list(newest[:_MOST_COVERED])


def _shown(at: datetime) -> str:
    local = timezone.localtime(at, timezone.get_default_timezone())
    return f"{date_format(local, 'j M Y, H:i')} {local.tzname()}"
