from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

PLAN_CHANGED = declare("plan.changed", _("{by} changed the plan's price or description"))
SUBSCRIPTION_PLAN_CHANGED = declare(
    "subscription.plan_changed", _("{by} moved the plan from {old} to {new}"), is_public=True
)
