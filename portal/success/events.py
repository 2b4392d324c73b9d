from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare
from portal.success.states import Band


def bands(values: Collection[str]) -> dict[str, str]:
    """What to call these bands."""
    known = {one.value: str(one.label) for one in Band}
    return {one: known.get(one, one) for one in values}


HEALTH_CHANGED = declare(
    "health.changed",
    _("The customer’s health went from “{old}” to “{new}”"),
    names={"old": ("old", bands), "new": ("new", bands)},
)
