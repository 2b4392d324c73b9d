"""How a customer fares with us, by their tickets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.utils.translation import gettext_lazy as _

from portal.events.models import Event
from portal.success.health import Finding, falling, measure
from tickets.models import Survey, Ticket, Timer
from tickets.querysets import TicketQuerySet
from tickets.states import ACTIVE

LOOKED_BACK = timedelta(days=90)
MOST_COUNTED = 100
LEAST_BEFORE = 3


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


@measure(
    "promises",
    label=_("Kept promises"),
    sentence=_("%(missed)s of %(all)s promises were missed in 90 days."),
    weight=5,
)
def promises(organizations: Collection[int], now: datetime) -> dict[int, Finding]:
    """By the promises that were kept or missed of late; one in five missed is as bad as all."""
    since = now - LOOKED_BACK
    decided = Timer.objects.filter(ticket__organization__in=organizations).filter(
        Q(met_at__gte=since) | Q(missed_at__gte=since)
    )
    rows = decided.values(pk_of=F("ticket__organization")).annotate(
        all=Count("pk"), missed=Count("pk", filter=Q(missed_at__isnull=False))
    )
    return {
        row["pk_of"]: Finding(
            falling(row["missed"] / row["all"], worst=0.2), {"missed": row["missed"], "all": row["all"]}
        )
        for row in rows
    }


@measure(
    "escalations",
    label=_("Open escalations"),
    sentence=_("%(escalated)s of %(open)s open tickets are escalated."),
    weight=4,
)
def escalations(organizations: Collection[int], now: datetime) -> dict[int, Finding]:
    """Three escalated tickets at a time are as bad as it gets. Who asks nothing tells nothing."""
    of_late = Ticket.objects.filter(organization__in=organizations, last_activity_at__gte=now - LOOKED_BACK)
    is_open = Q(state__in=ACTIVE)
    rows = (
        of_late.order_by()
        .values("organization")
        .annotate(
            open=Count("pk", filter=is_open, distinct=True),
            escalated=Count("pk", filter=is_open & Q(escalations__fired_at__isnull=False), distinct=True),
        )
    )
    return {
        row["organization"]: Finding(
            falling(row["escalated"], worst=3), {"escalated": row["escalated"], "open": row["open"]}
        )
        for row in rows
    }


@measure(
    "ratings",
    label=_("Ratings"),
    sentence=_("%(count)s solutions were rated in 90 days, with %(mean)s of 5 on average."),
    weight=3,
)
def ratings(organizations: Collection[int], now: datetime) -> dict[int, Finding]:
    rated = Survey.objects.filter(
        ticket__organization__in=organizations, answered_at__gte=now - LOOKED_BACK, score__isnull=False
    )
    rows = rated.values(pk_of=F("ticket__organization")).annotate(mean=Avg("score"), count=Count("pk"))
    return {
        row["pk_of"]: Finding(
            round((row["mean"] - 1) * 25), {"count": row["count"], "mean": round(float(row["mean"]), 1)}
        )
        for row in rows
    }


@measure(
    "reopened",
    label=_("Solutions that last"),
    sentence=_("%(reopened)s of %(solved)s solved tickets were taken up again in 90 days."),
    weight=2,
)
def reopened(organizations: Collection[int], now: datetime) -> dict[int, Finding]:
    """Three of ten taken up again are as bad as all."""
    news = Event.objects.filter(organization_id__in=organizations, happened_at__gte=now - LOOKED_BACK)
    rows = (
        news.named("ticket.solved", "ticket.reopened")
        .values("organization_id")
        .annotate(
            solved=Count("about_id", filter=Q(name="ticket.solved"), distinct=True),
            reopened=Count("about_id", filter=Q(name="ticket.reopened"), distinct=True),
        )
    )
    return {
        row["organization_id"]: Finding(
            falling(row["reopened"] / row["solved"], worst=0.3),
            {"reopened": row["reopened"], "solved": row["solved"]},
        )
        for row in rows
        if row["solved"]
    }


@measure(
    "trend",
    label=_("Trend of tickets"),
    sentence=_("%(lately)s tickets were filed in 30 days, %(usual)s a month before that."),
    weight=1,
)
def trend(organizations: Collection[int], now: datetime) -> dict[int, Finding]:
    """Thrice as many as usual are as bad as it gets; of two tickets in two months nothing can be told."""
    month = now - timedelta(days=30)
    filed = Ticket.objects.filter(organization__in=organizations, filed_at__gte=now - LOOKED_BACK, filed_at__lte=now)
    rows = (
        filed.order_by()
        .values("organization")
        .annotate(lately=Count("pk", filter=Q(filed_at__gte=month)), before=Count("pk", filter=Q(filed_at__lt=month)))
    )
    found = {}
    for row in rows:
        if row["before"] >= LEAST_BEFORE:
            usual = row["before"] / 2
            figures = {"lately": row["lately"], "usual": f"{usual:g}"}
            found[row["organization"]] = Finding(falling(row["lately"] / usual - 1, worst=2), figures)
    return found
