"""Addresses of customers and tools that hear of news, and the secrets that sign what they hear."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.signing import new_signing_secret
from portal.lib.tokens import seal
from portal.outbox.actions.webhooks import payload_of, wake_on_commit
from portal.outbox.events import (
    ENDPOINT_ADDED,
    ENDPOINT_RELEASED,
    ENDPOINT_REMOVED,
    ENDPOINT_REVISED,
    ENDPOINT_SECRET_ROTATED,
    ENDPOINT_TESTED,
)
from portal.outbox.models import Endpoint, Webhook
from portal.outbox.states import WebhookState

BOTH_SIGN_FOR = timedelta(hours=24)


@transaction.atomic
def add_endpoint(*, endpoint: Endpoint, by: models.Model | None, now: datetime | None = None) -> Endpoint:
    """Keeps a new endpoint, with a signing secret of its own."""
    endpoint.sealed_secret = seal(new_signing_secret())
    endpoint.save()
    record(ENDPOINT_ADDED, about=endpoint, by=by, details=_of(endpoint), now=now)
    return endpoint


@transaction.atomic
def revise_endpoint(
    *, endpoint: Endpoint, url: str, events: list[str], by: models.Model | None, now: datetime | None = None
) -> Endpoint:
    """Another address, or other events; what is on its way already goes to the new address."""
    locked = _locked(endpoint)
    if (locked.url, locked.events) == (url, events):
        return locked
    locked.url, locked.events = url, events
    locked.save(update_fields=["url", "events"])
    record(ENDPOINT_REVISED, about=locked, by=by, details=_of(locked), now=now)
    return locked


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint, by: models.Model | None, now: datetime | None = None) -> Endpoint:
    """A new signing secret. For a day the one before signs too, so that nothing is lost while it is replaced."""
    at, locked = moment(now), _locked(endpoint)
    locked.older_sealed_secret, locked.older_until = locked.sealed_secret, at + BOTH_SIGN_FOR
    locked.sealed_secret = seal(new_signing_secret())
    locked.save(update_fields=["sealed_secret", "older_sealed_secret", "older_until"])
    record(ENDPOINT_SECRET_ROTATED, about=locked, by=by, details=_of(locked), now=at)
    return locked


@transaction.atomic
def send_test(*, endpoint: Endpoint, by: models.Model | None, now: datetime | None = None) -> Webhook:
    """A call that tells of nothing, signed as all are. It is tried once."""
    at, locked = moment(now), _locked(endpoint)
    if locked.quarantined_at is not None:
        raise Refused(_("Switch the endpoint on first."), code="quarantined")
    event = record(ENDPOINT_TESTED, about=locked, by=by, details=_of(locked), now=at)
    webhook = Webhook.objects.create(
        endpoint=locked,
        event_id=event.pk,
        event_name=event.name,
        payload=payload_of(event),
        next_at=at,
        posted_at=at,
    )
    wake_on_commit()
    return webhook


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint, by: models.Model | None, now: datetime | None = None) -> None:
    """It hears of nothing any more, and what it was told is forgotten."""
    locked = _locked(endpoint)
    record(ENDPOINT_REMOVED, about=locked, by=by, details=_of(locked), now=now)
    locked.delete()


@transaction.atomic
def release(*, endpoint: Endpoint, by: models.Model | None, now: datetime | None = None) -> None:
    """Ends a quarantine: what waits goes out at once, what died stays dead until it is replayed."""
    at, locked = moment(now), _locked(endpoint)
    if locked.quarantined_at is None:
        return
    locked.quarantined_at = None
    locked.quarantine_reason = ""
    locked.save(update_fields=["quarantined_at", "quarantine_reason"])
    locked.webhooks.filter(state=WebhookState.WAITING, next_at__gt=at).update(next_at=at)
    record(ENDPOINT_RELEASED, about=locked, by=by, now=at)
    wake_on_commit()


def _locked(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.select_for_update().get(pk=endpoint.pk)


def _of(endpoint: Endpoint) -> dict[str, int | None]:
    return {"organization": endpoint.organization_id}
