from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from portal.lib.prepared import Prepared


class SurveyQuerySet(models.QuerySet):
    def of_ticket(self, public_id: str) -> "SurveyQuerySet":
        """The surveys of one ticket with its people, that of the last resolution first."""
        found = self.filter(ticket__public_id=public_id).select_related("ticket__requester")
        return found.order_by("-solved_at")

    def offered(self, ticket: Any, user: Any, now: datetime) -> Any:
        """The survey that this reader may answer on the page of a solved ticket (loaded `with_rating`); None for who
        did not ask for it, or too late."""
        if ticket.rated_until is None or now > ticket.rated_until or ticket.requester_id != user.pk:
            return None
        for survey in _of_resolution(ticket.pk, ticket.solved_at):
            survey.ticket = ticket
            if survey.can_be_rated(now):
                return survey
        return None

    def not_rated(self) -> "SurveyQuerySet":
        return self.filter(score=None, withdrawn_at=None)

    def told(self) -> "SurveyQuerySet":
        """What staff read beside the ticket: ratings, the newest first."""
        return self.exclude(score=None).order_by("-solved_at")

    def to_ask(self, now: datetime) -> "SurveyQuerySet":
        """Those whose letter is due, locked together with whom it goes to; others work on what is left out."""
        found = self.filter(ask_at__lte=now).select_related("ticket__requester", "ticket__organization")
        return found.order_by("ask_at", "pk").select_for_update(
            of=("self", "ticket__requester"), skip_locked=True, no_key=True
        )

    def disturbs(self, requester_id: int, since: datetime) -> bool:
        """Whether that person was asked, or rated something, so lately that another letter would be too much."""
        lately = Q(asked_at__gt=since) | Q(answered_at__gt=since)
        return self.filter(lately, ticket__requester=requester_id).exists()


_of_resolution = Prepared(
    lambda ticket_id, solved_at: apps.get_model("tickets", "Survey").objects.filter(
        ticket=ticket_id, solved_at=solved_at
    ),
)
