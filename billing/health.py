"""What money knows of how a customer fares."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from billing.models import Subscription
from billing.states import SubscriptionState
from portal.success.health import Finding, measure


@measure("plan", label=_("Plan"), sentence=_("Plans that run: %(running)s; that ended: %(ended)s."), weight=3)
def plan(organizations: Collection[int], now: datetime) -> dict[int, Finding]:
    """Whether they are on a plan. Who never was on one tells nothing."""
    rows = Subscription.objects.filter(organization__in=organizations).values("organization")
    counted = rows.annotate(
        running=Count("pk", filter=Q(state=SubscriptionState.ACTIVE)),
        ended=Count("pk", filter=Q(state=SubscriptionState.ENDED)),
    )
    return {
        row["organization"]: Finding(100 if row["running"] else 0, {"running": row["running"], "ended": row["ended"]})
        for row in counted.order_by()
    }
