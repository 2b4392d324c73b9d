"""How a customer fares with us, by their tickets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg

from tickets.models import Survey, Ticket, Timer
from tickets.querysets import TicketQuerySet

LOOKED_BACK = timedelta(days=90)
MOST_COUNTED = 100


@dataclass(frozen=True)
class Standing:
    """Of one organization, or of a guest: tickets that are open and overdue, and what was of late."""

    open: int
    overdue: int
    filed: int
    missed: int
    rating: float | None

    @property
    def tone(self) -> str:
        """In the words of the pages: bad while a promise is broken, warn when some were of late."""
        if self.overdue:
            return "bad"
        return "warn" if self.missed else "good"


def standing_of(ticket: Ticket, *, reader: Any, now: datetime) -> Standing:
    """How the customer of that ticket fares, as far as the reader sees. Counts stop at MOST_COUNTED; five queries."""
    seen: TicketQuerySet = Ticket.objects.visible_to(reader).of_customer(ticket).order_by()
    since = now - LOOKED_BACK
    recent = seen.filter(last_activity_at__gte=since)
    missed = Timer.objects.filter(missed_at__gte=since, ticket__in=recent)
    rated = Survey.objects.filter(answered_at__gte=since, score__isnull=False, ticket__in=recent)
    return Standing(
        open=seen.active()[:MOST_COUNTED].count(),
        overdue=seen.overdue(now)[:MOST_COUNTED].count(),
        filed=recent.filter(filed_at__gte=since)[:MOST_COUNTED].count(),
        missed=missed.values("ticket").distinct()[:MOST_COUNTED].count(),
        rating=rated.aggregate(mean=Avg("score"))["mean"],
    )
