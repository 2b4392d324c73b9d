"""Writing the log, delivering it, replaying what was parked."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction

from portal.events.listeners import EventType, Listener, listener_named, listeners_of
from portal.events.models import Delivery, Event
from portal.events.states import DeliveryState
from portal.lib import pulse
from portal.lib.clock import moment
from portal.lib.storable import storable
from portal.lib.wake import wake

MOST_ATTEMPTS = 8
LEASE = timedelta(minutes=5)
log = structlog.get_logger("portal.system")


def record(
    event: EventType,
    *,
    about: models.Model,
    by: models.Model | None = None,
    organization: models.Model | None = None,
    details: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> Event:
    """Writes one event and a delivery per listener into the running transaction, and wakes the worker on commit.

    `details` holds ids, figures and state names; never names, addresses or texts, since the log outlives its subjects.
    Raises RuntimeError outside a transaction: news without its rows would be a lie.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.name} was recorded outside a transaction.")
    at = moment(now)
    written = Event.objects.create(
        name=event.name,
        about_type=about._meta.label_lower,
        about_id=str(about.pk),
        organization_id=organization.pk if organization else None,
        by_id=by.pk if by else None,
        details=details or {},
        happened_at=at,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
    _beat_on_commit(about)
    found = listeners_of(event.name)
    Delivery.objects.bulk_create(Delivery(event=written, listener=one.name, next_at=at) for one in found)
    if found:
        _wake_on_commit()
    return written


@transaction.atomic(savepoint=False)
def touch(*, about: models.Model) -> None:
    """Something about it changed that is no news: pages that show it learn so once that is committed."""
    _beat_on_commit(about)


class _Beats:
    """The places at which something changes in one transaction."""

    def __init__(self) -> None:
        self.places: set[str] = set()

    def __call__(self) -> None:
        pulse.beat(*sorted(self.places))


def _beat_on_commit(about: models.Model) -> None:
    kind = about._meta.label_lower
    beats = next((entry[1] for entry in connection.run_on_commit if isinstance(entry[1], _Beats)), None)
    if beats is None:
        beats = _Beats()
        transaction.on_commit(beats)
    beats.places |= {pulse.place_of(kind), pulse.place_of(kind, about.pk)}


def _wake_on_commit() -> None:
    """One wake-up per transaction is enough, however many events it records."""
    if not any(entry[1] is _wake_deliveries for entry in connection.run_on_commit):
        transaction.on_commit(_wake_deliveries)


def _wake_deliveries() -> None:
    wake("events.deliver")


def deliver_next(*, now: datetime | None = None) -> bool:
    """Claims one due delivery that no other worker holds and runs it. False when nothing is due."""
    at = moment(now)
    with transaction.atomic():
        due = Delivery.objects.due(at).select_related("event").order_by("next_at", "pk")
        delivery = due.select_for_update(skip_locked=True, of=("self",)).first()
        if delivery is None:
            return False
        listener = _listener_or_park(delivery)
        if listener is not None:
            _claim(delivery, listener, at)
    if listener is not None:
        run = _run_outside if listener.outside else _run_inside
        run(delivery, listener, at)
    return True


def _claim(delivery: Delivery, listener: Listener, at: datetime) -> None:
    """Counts the attempt before it begins, so that news which kills every worker that takes it comes to an end too.

    Until the next attempt passes what passes after a failure, or the lease when nothing locks the row meanwhile.
    """
    delivery.attempts += 1
    delivery.state = DeliveryState.RUNNING if listener.outside else DeliveryState.WAITING
    delivery.next_at = at + (LEASE if listener.outside else _wait(delivery.attempts))
    delivery.save(update_fields=["state", "attempts", "next_at"])


def _listener_or_park(delivery: Delivery) -> Listener | None:
    listener = listener_named(delivery.event.name, delivery.listener)
    if listener is None:
        _park(delivery, "The code that listened is gone.")
    elif delivery.attempts >= MOST_ATTEMPTS:
        _park(delivery, "Each worker that took it died.")
        return None
    return listener


def _run_inside(delivery: Delivery, listener: Listener, at: datetime) -> None:
    """In one transaction with the tick: what it wrote and that it ran are true together or not at all."""
    try:
        with transaction.atomic():
            if _held(delivery).select_for_update(skip_locked=True).first() is None:
                return  # this worker slept for so long that another one took it
            listener.receiver(delivery.event)
            _tick_off(delivery, at)
    except Exception as error:  # whatever a receiver does wrong is kept on its delivery, where staff can replay it
        _failed(delivery, error, at)


def _run_outside(delivery: Delivery, listener: Listener, at: datetime) -> None:
    try:
        listener.receiver(delivery.event)
    except Exception as error:  # likewise
        _failed(delivery, error, at)
    else:
        _tick_off(delivery, at)


def _held(delivery: Delivery) -> models.QuerySet[Delivery]:
    """The row as this worker took it; empty once another took it."""
    return Delivery.objects.filter(pk=delivery.pk, state=delivery.state, attempts=delivery.attempts)


def _tick_off(delivery: Delivery, at: datetime) -> None:
    """It ran, whoever holds it by now."""
    Delivery.objects.filter(pk=delivery.pk).exclude(state=DeliveryState.DONE).update(
        state=DeliveryState.DONE, done_at=at, attempts=delivery.attempts, error=""
    )


def _failed(delivery: Delivery, error: Exception, at: datetime) -> None:
    reason = storable(f"{type(error).__name__}: {error}")
    log.error("delivery_failed", listener=delivery.listener, event_id=delivery.event_id, attempts=delivery.attempts)
    if delivery.attempts >= MOST_ATTEMPTS:
        _park(delivery, reason)
        return
    _held(delivery).update(state=DeliveryState.WAITING, next_at=at + _wait(delivery.attempts), error=reason)


def _wait(attempts: int) -> timedelta:
    return timedelta(seconds=min(10 * 4 ** (attempts - 1), 6 * 3600))


def _park(delivery: Delivery, reason: str) -> None:
    _held(delivery).update(state=DeliveryState.PARKED, error=reason)


@transaction.atomic
def replay(*, deliveries: models.QuerySet[Delivery], by: models.Model | None, now: datetime | None = None) -> int:
    """Puts parked deliveries back in the queue with fresh attempts; answers how many."""
    parked = deliveries.filter(state=DeliveryState.PARKED)
    count = parked.update(state=DeliveryState.WAITING, attempts=0, next_at=moment(now), error="")
    log.info("deliveries_replayed", count=count, user_id=by.pk if by else None, alias=DEFAULT_DB_ALIAS)
    _wake_on_commit()
    return count
