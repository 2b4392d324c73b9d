"""Which plan an organization is on. Its tier follows the plan, and open promises follow the tier by its event."""

from datetime import datetime

import structlog
from django.db import transaction

import portal.accounts.actions as accounts
from billing.events import PLAN_CHANGED, SUBSCRIPTION_PLAN_CHANGED
from billing.models import Plan, Subscription
from billing.states import SubscriptionState
from portal.accounts.models import Organization, User
from portal.events.actions import record
from portal.lib.clock import moment

log = structlog.get_logger("portal.payment")


@transaction.atomic
def move_plan(
    *, organization: Organization, plan: Plan | None, by: User | None, reason: str = "", now: datetime | None = None
) -> Subscription | None:
    """Puts an organization on a plan (None: on none), with the plan's tier. The plan it is on already does nothing."""
    at = moment(now)
    locked = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    current = Subscription.objects.active().of_organization(locked).select_related("plan").first()
    if (current.plan if current else None) == plan:
        return current
    if current:
        _end(current, by, reason, at)
    begun = Subscription.objects.create(
        organization=locked, plan=plan, started_at=at, started_by=by, reason=reason[:200]
    ) if plan else None  # fmt: skip
    old, new = current.plan.slug if current else "none", plan.slug if plan else "none"
    accounts.change_tier(
        organization=organization, tier=plan.tier if plan else None, by=by, reason=f"plan {new}", now=at
    )
    details = {"old": old, "new": new}
    record(SUBSCRIPTION_PLAN_CHANGED, about=locked, by=by, organization=locked, details=details, now=at)
    log.info("plan_changed", organization_id=locked.pk, by_id=by.pk if by else None, **details)
    return begun


def _end(current: Subscription, by: User | None, reason: str, at: datetime) -> None:
    current.state = SubscriptionState.ENDED
    current.ended_at = at
    current.ended_by = by
    current.reason = reason[:200]
    current.save(update_fields=["state", "ended_at", "ended_by", "reason"])


@transaction.atomic
def save_plan(*, plan: Plan, by: User, now: datetime | None = None) -> Plan:
    """Keeps what staff wrote into a plan. That is news: the pricing page is made anew."""
    plan.save()
    record(PLAN_CHANGED, about=plan, by=by, now=now)
    log.info("plan_saved", plan=plan.slug, by_id=by.pk)
    return plan
