from collections.abc import Collection

from django.apps import apps
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare


def plan_names(slugs: Collection[str]) -> dict[str, str]:
    """What customers call these plans."""
    found = apps.get_model("billing", "Plan").objects.filter(slug__in=slugs)
    return {"none": now_in_words("none"), **dict(found.values_list("slug", "name"))}


PLAN_CHANGED = declare("plan.changed", _("{by} changed the plan's price or description"))
SUBSCRIPTION_PLAN_CHANGED = declare(
    "subscription.plan_changed",
    _("{by} moved the plan from {old} to {new}"),
    is_public=True,
    names={"old": ("old", plan_names), "new": ("new", plan_names)},
)
