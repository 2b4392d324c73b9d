from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from portal.outbox.states import OPEN_LETTER_STATES, OPEN_WEBHOOK_STATES, LetterState, WebhookState


class LetterQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "LetterQuerySet":
        """Waiting for their turn, or claimed by a worker whose lease has run out."""
        return self.filter(state__in=OPEN_LETTER_STATES, next_at__lte=now)

    def about(self, thing: models.Model) -> "LetterQuerySet":
        """The letters that this row caused."""
        return self.filter(about_type=thing._meta.label_lower, about_id=str(thing.pk))

    def about_any(self, things: Mapping[type[models.Model], Collection[Any]]) -> "LetterQuerySet":
        """The letters that rows of several models caused, oldest first: `{Message: [3, 4], Ticket: [1]}`."""
        wanted = models.Q(pk__in=[])
        for model, pks in things.items():
            wanted |= models.Q(about_type=model._meta.label_lower, about_id__in=[str(pk) for pk in pks])
        return self.filter(wanted).order_by("pk")

    def undelivered(self) -> "LetterQuerySet":
        return self.filter(state__in=[LetterState.FAILED, LetterState.BOUNCED])


class EndpointQuerySet(models.QuerySet):
    def of_organization(self, organization: Any) -> "EndpointQuerySet":
        return self.filter(organization_id=organization.pk).order_by("pk")

    def hearing(self, event_name: str, organization_id: int | None) -> "EndpointQuerySet":
        """Those that want to know of such an event of that organization and are not quarantined."""
        theirs = Q(organization_id=None) | Q(organization_id=organization_id)
        wanted = Q(events=[]) | Q(events__contains=[event_name])
        return self.filter(theirs, wanted, quarantined_at=None)


class WebhookQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "WebhookQuerySet":
        """Due calls to endpoints that are not quarantined."""
        return self.filter(state__in=OPEN_WEBHOOK_STATES, next_at__lte=now, endpoint__quarantined_at=None)

    def to_idle_endpoints(self, now: datetime) -> "WebhookQuerySet":
        """Without those whose endpoint is being called right now: a slow one holds up one worker, not all."""
        calls = self.model._default_manager.filter(state=WebhookState.SENDING, next_at__gt=now)
        in_call = calls.filter(endpoint=OuterRef("endpoint"))
        return self.exclude(Exists(in_call))

    def newest_first(self) -> "WebhookQuerySet":
        return self.order_by("-pk")

    def dead(self) -> "WebhookQuerySet":
        return self.filter(state=WebhookState.DEAD)
