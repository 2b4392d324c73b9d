"""News on its way to addresses of customers and tools: signed, tried for three days, then given up."""

from datetime import datetime, timedelta

import structlog
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from portal.events.actions import record
from portal.events.models import Event
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.storable import storable
from portal.lib.wake import wake
from portal.outbox.events import ENDPOINT_QUARANTINED, ENDPOINT_TESTED
from portal.outbox.models import Endpoint, Webhook
from portal.outbox.states import OPEN_WEBHOOK_STATES, PAYLOAD_VERSION, TOLD_DETAILS, WebhookState

# Ten tries within three days.
BACKOFF = [
    timedelta(minutes=minutes) for minutes in (0.1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 20 * 60 + 20)
]
log = structlog.get_logger("portal.system")


@transaction.atomic
def post_webhooks(*, event: Event, now: datetime | None = None) -> int:
    """A row per endpoint that wants to hear of this event; once, however often it is called. Answers how many."""
    at = moment(now)
    endpoints = list(Endpoint.objects.hearing(event.name, event.organization_id))
    payload = payload_of(event) if endpoints else {}
    rows = [
        Webhook(endpoint=one, event_id=event.pk, event_name=event.name, payload=payload, next_at=at, posted_at=at)
        for one in endpoints
    ]
    if rows:
        Webhook.objects.bulk_create(rows, ignore_conflicts=True)
        wake_on_commit()
    return len(rows)


def payload_of(event: Event) -> dict[str, object]:
    """What is told: ids as the API has them, figures and states; whoever wants names and texts asks the API."""
    return {
        "type": event.name,
        "timestamp": event.happened_at.isoformat(),
        "version": PAYLOAD_VERSION,
        "data": {
            "about": {"type": event.about_type, "id": _public_id(event.about_type, event.about_id)},
            "organization": _public_id(
                "accounts.organization", event.organization_id or event.details.get("organization")
            ),
            "by": _public_id("accounts.user", event.by_id),
            "details": {name: value for name, value in event.details.items() if name in TOLD_DETAILS},
        },
    }


def _public_id(label: str, pk: int | str | None) -> str | None:
    """The id by which others know the row; None when it has none, or is gone."""
    try:
        model = apps.get_model(label)
        model._meta.get_field("public_id")
    except (LookupError, FieldDoesNotExist):
        return None
    found: str | None = model._default_manager.filter(pk=pk).values_list("public_id", flat=True).first()
    return found


def wake_on_commit() -> None:
    if not any(entry[1] is _wake_caller for entry in connection.run_on_commit):
        transaction.on_commit(_wake_caller)


def _wake_caller() -> None:
    wake("outbox.call_webhooks")


def claim_webhook(*, now: datetime | None = None) -> Webhook | None:
    """Takes one due webhook under a lease, so that a worker that dies gives it back. None when nothing is due.

    One that outlived all its tries without a word from who took it is given up. That says nothing about its endpoint.
    """
    at = moment(now)
    with transaction.atomic():
        due = Webhook.objects.due(at).to_idle_endpoints(at).select_related("endpoint").order_by("next_at", "pk")
        while webhook := due.select_for_update(skip_locked=True, of=("self",)).first():
            if webhook.attempts <= len(BACKOFF):
                webhook.state = WebhookState.SENDING
                webhook.attempts += 1
                webhook.next_at = at + settings.WEBHOOK_LEASE
                webhook.save(update_fields=["state", "attempts", "next_at"])
                return webhook
            webhook.state, webhook.error = WebhookState.DEAD, "Each worker that took it died."
            webhook.save(update_fields=["state", "error"])
    return None


def mark_webhook_sent(*, webhook: Webhook, status: int, now: datetime | None = None) -> None:
    """The endpoint took it."""
    _still_held(webhook).update(state=WebhookState.SENT, sent_at=moment(now), status_code=status, error="")


@transaction.atomic
def mark_webhook_failed(
    *, webhook: Webhook, reason: str, status: int | None = None, permanent: bool = False, now: datetime | None = None
) -> None:
    """A try went wrong: it waits for the next one. After the last it is dead and its endpoint is quarantined."""
    at = moment(now)
    is_test = webhook.event_name == ENDPOINT_TESTED.name  # it is tried once and says nothing about the endpoint
    given_up = permanent or is_test or webhook.attempts > len(BACKOFF)
    wait = BACKOFF[min(webhook.attempts, len(BACKOFF)) - 1]
    changed = _still_held(webhook).update(
        state=WebhookState.DEAD if given_up else WebhookState.WAITING,
        error=storable(reason),
        status_code=status,
        next_at=at + wait,
    )
    log.warning("webhook_failed", webhook_id=webhook.pk, attempts=webhook.attempts, given_up=given_up)
    if changed and given_up and not is_test:
        _quarantine(webhook, reason, at)


def _still_held(webhook: Webhook) -> "models.QuerySet[Webhook]":
    """The row, unless its lease ran out meanwhile and another worker took it."""
    return Webhook.objects.filter(pk=webhook.pk, state=WebhookState.SENDING, attempts=webhook.attempts)


def _quarantine(webhook: Webhook, reason: str, at: datetime) -> None:
    endpoint = Endpoint.objects.select_for_update().get(pk=webhook.endpoint_id)
    if endpoint.quarantined_at:
        return
    endpoint.quarantined_at = at
    endpoint.quarantine_reason = storable(reason)[:300]
    endpoint.save(update_fields=["quarantined_at", "quarantine_reason"])
    details = {"attempts": webhook.attempts, "organization": endpoint.organization_id}
    record(ENDPOINT_QUARANTINED, about=endpoint, details=details, now=at)


@transaction.atomic
def resend_webhook(*, webhook: Webhook, by: models.Model | None, now: datetime | None = None) -> Webhook:
    """Tells it once more, under the id it had, so that whoever has it already may leave it."""
    locked = Webhook.objects.select_for_update(of=("self",)).select_related("endpoint").get(pk=webhook.pk)
    if locked.state in OPEN_WEBHOOK_STATES:
        raise Refused(_("It is on its way already."), code="in_progress")
    if locked.endpoint.quarantined_at is not None:
        raise Refused(_("Switch the endpoint on first."), code="quarantined")
    locked.state, locked.attempts, locked.next_at, locked.error = WebhookState.WAITING, 0, moment(now), ""
    locked.save(update_fields=["state", "attempts", "next_at", "error"])
    log.info("webhook_replayed", webhook_id=locked.pk, user_id=by.pk if by else None)
    wake_on_commit()
    return locked


@transaction.atomic
def replay_dead(*, webhooks: models.QuerySet[Webhook], by: models.Model | None, now: datetime | None = None) -> int:
    """Puts dead webhooks back with fresh tries, under the id they had; answers how many."""
    dead = webhooks.filter(state=WebhookState.DEAD)
    count = dead.update(state=WebhookState.WAITING, attempts=0, next_at=moment(now), error="")
    log.info("webhooks_replayed", count=count, user_id=by.pk if by else None)
    wake_on_commit()
    return count
