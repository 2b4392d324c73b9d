"""Socket: what each app measures for the health check. An app registers in its own `probes.py`; here stand the
portal's own: database, broker, worker, scheduler, mail, deliveries."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
from celery import current_app
from django.db import connection
from django.utils.translation import gettext as _
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from portal.events.models import Delivery
from portal.lib.bounded_waits import bounded
from portal.lib.clock import moment
from portal.operations.models import ProbeResult
from portal.outbox.models import Letter
from portal.outbox.states import LetterState

ANSWERS_WITHIN_S = 2
MAIL_WAITS_AT_MOST = timedelta(minutes=15)
DELIVERY_WAITS_AT_MOST = timedelta(minutes=5)
RUN_EVERY = timedelta(minutes=1)
LATE_BY_AT_MOST = timedelta(minutes=2)


@dataclass(frozen=True)
class Reading:
    """What a probe found. `figures` are numbers for dashboards."""

    is_ok: bool
    detail: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


Probe = Callable[[], Reading]
_probes: dict[str, Probe] = {}


def probe(name: str) -> Callable[[Probe], Probe]:
    """Registers a probe under a name that is shown to staff and used in metrics."""

    def register(function: Probe) -> Probe:
        _probes[name] = function
        return function

    return register


def all_probes() -> dict[str, Probe]:
    return dict(sorted(_probes.items()))


def reading_of(name: str) -> tuple[Reading, float]:
    """Runs one probe: what it found and how many milliseconds it took. A probe that fails found something wrong."""
    begun = time.perf_counter()
    try:
        found = _probes[name]()
    except Exception as error:  # a probe may fail in any way; that is what it is for
        found = Reading(False, f"{type(error).__name__}: {error}"[:300])
    return found, (time.perf_counter() - begun) * 1000


@probe("database")
def database() -> Reading:
    """A connection of its own, so that a full pool or a hanging server is told apart within seconds."""
    options = {**connection.get_connection_params(), "connect_timeout": ANSWERS_WITHIN_S, "autocommit": True}
    try:
        with bounded(ANSWERS_WITHIN_S).connect(**options) as fresh:
            row = fresh.execute(
                "SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity"
            ).fetchone()
    except psycopg.OperationalError as error:
        return Reading(False, str(error)[:300])
    used, most = row or (0, 0)
    return Reading(True, _("%(used)s of %(most)s connections are open.") % {"used": used, "most": most},
                   {"connections": used, "max_connections": most})  # fmt: skip


@probe("broker")
def broker() -> Reading:
    """Whether messages can be sent to workers."""
    limits = {"socket_connect_timeout": ANSWERS_WITHIN_S, "socket_timeout": ANSWERS_WITHIN_S}
    try:
        with Redis.from_url(current_app.conf.broker_url, retry=Retry(NoBackoff(), 0), **limits) as server:
            waiting = server.llen(current_app.conf.task_default_queue)
    except (RedisError, OSError) as error:
        return Reading(False, f"{type(error).__name__}: {error}"[:300])
    return Reading(True, _("%(count)s messages wait.") % {"count": waiting}, {"waiting": waiting})


@probe("worker")
def worker() -> Reading:
    """Probes are run by a worker: that this reading is fresh is the heartbeat. Old readings count as failed."""
    return Reading(True, _("The worker ran the probes."))


@probe("scheduler")
def scheduler() -> Reading:
    """How late the clock started this run, seen from the run before."""
    at = moment(None)
    before = ProbeResult.objects.filter(name="scheduler", probed_at__lt=at).order_by("-probed_at").first()
    late = max(timedelta(), at - before.probed_at - RUN_EVERY) if before else timedelta()
    seconds = round(late.total_seconds())
    return Reading(late <= LATE_BY_AT_MOST, _("Late by %(seconds)s s.") % {"seconds": seconds}, {"late_s": seconds})


@probe("mail")
def mail() -> Reading:
    """Letters that wait too long, and those that failed for good within a day (bounces are the recipient's)."""
    at = moment(None)
    waiting = Letter.objects.filter(state__in=[LetterState.WAITING, LetterState.SENDING])
    oldest = waiting.order_by("posted_at").values_list("posted_at", flat=True).first()
    failed = Letter.objects.filter(state=LetterState.FAILED, next_at__gt=at - timedelta(days=1)).count()
    waits = round((at - oldest).total_seconds()) if oldest else 0
    figures = {"waiting": waiting.count(), "oldest_waits_s": waits, "failed": failed}
    words = _("%(waiting)s letters wait, the oldest for %(oldest_waits_s)s s; %(failed)s failed since yesterday.")
    return Reading(waits <= MAIL_WAITS_AT_MOST.total_seconds() and not failed, words % figures, figures)


@probe("deliveries")
def deliveries() -> Reading:
    """News that nobody took: parked after its tries, or waiting for too long."""
    at = moment(None)
    parked = Delivery.objects.parked().count()
    oldest = Delivery.objects.due(at).order_by("next_at").values_list("next_at", flat=True).first()
    waits = round((at - oldest).total_seconds()) if oldest else 0
    figures = {"parked": parked, "oldest_waits_s": waits}
    words = _("%(parked)s deliveries are parked, the oldest due one waits for %(oldest_waits_s)s s.")
    return Reading(not parked and waits <= DELIVERY_WAITS_AT_MOST.total_seconds(), words % figures, figures)
