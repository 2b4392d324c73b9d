"""The plans of the demo's customers: each since the day it signed up; the largest began on a smaller one. And the calls
that the success manager means to make."""

from datetime import datetime, timedelta

from django.db import transaction

import portal.operations.actions as operations
from billing import actions
from billing.models import Plan
from portal.accounts.demo import COMPANIES, STAFF_DOMAIN
from portal.accounts.models import Organization, User

BEGAN_ON = {"Northwind Capital": ("elite", 90), "Meridian Trading": ("pro", 200)}  # and moved up after so many days
# Company, what to do, opened so many days ago, due in so many hours.
CALLS = [
    ("Adler & Söhne", "Call Greta Adler: six days in and still without a plan", 1, 5),
    ("Northwind Capital", "Prepare the quarterly review with Harriet Stone", 3, 52),
    ("Fjord Invest", "Ask Ingrid Dahl whether Elite pays off after three months", 5, -20),
]


@transaction.atomic
def furnish(*, now: datetime) -> None:
    """Subscribes every company that has a plan, by the success manager who agreed it with them."""
    plans = {plan.slug: plan for plan in Plan.objects.select_related("tier")}
    success = User.objects.get(email=f"success@{STAFF_DOMAIN}")
    for company in COMPANIES:
        if not company.plan:
            continue
        organization = Organization.objects.get(name=company.name)
        agreed_at = now - timedelta(days=company.days) + timedelta(hours=5)
        first, days = BEGAN_ON.get(company.name, (company.plan, 0))
        actions.move_plan(
            organization=organization, plan=plans[first], by=success, reason="Agreed on the welcome call", now=agreed_at
        )
        actions.move_plan(
            organization=organization,
            plan=plans[company.plan],
            by=success,
            reason="The desk has grown",
            now=agreed_at + timedelta(days=days),
        )
    for name, title, days, hours in CALLS:
        organization = Organization.objects.get(name=name)
        due_at = now + timedelta(hours=hours)
        call = operations.Work(title, f"demo:call:{organization.pk}", about=organization, owner=success, due_at=due_at)
        operations.open_task(call, by=success, now=now - timedelta(days=days))
