from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import models

from portal.outbox.states import OPEN_LETTER_STATES, LetterState, WebhookState


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


class WebhookQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "WebhookQuerySet":
        """Due calls to endpoints that are not quarantined."""
        open_states = [WebhookState.WAITING, WebhookState.SENDING]
        return self.filter(state__in=open_states, next_at__lte=now, endpoint__quarantined_at=None)
