"""Impact rows: one runs at a time per incident and component. For actions that hold the incident's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Component, Incident, IncidentComponent
from incidents.states import ASSERTED, ComponentStatus
from portal.lib.refusals import Refused


@transaction.atomic(savepoint=False)
def lay_impacts(*, incident: Incident, impacts: Mapping[Component, str], at: datetime) -> list[dict[str, Any]]:
    """Ends the running impacts that change and begins the new ones; answers what moved, for update and event."""
    if any(status not in ASSERTED for status in impacts.values()):
        raise Refused(_("A component cannot be set to this status."), code="status_unknown")
    running = {impact.component_id: impact for impact in incident.impacts.lasting()}
    changed = {
        component: status
        for component, status in impacts.items()
        if component.pk not in running or running[component.pk].status != status
    }
    ended = [running[component.pk] for component in changed if component.pk in running]
    if any(impact.began_at > at for impact in ended):
        raise Refused(_("This component was moved at a later moment already."), code="impact_out_of_order")
    IncidentComponent.objects.filter(pk__in=[impact.pk for impact in ended]).update(ended_at=at)
    IncidentComponent.objects.bulk_create(
        IncidentComponent(incident=incident, component=component, status=status, began_at=at)
        for component, status in changed.items()
    )
    moves = [_move(one, running[one.pk].status if one.pk in running else None, to) for one, to in changed.items()]
    return [move for move in moves if move["old"] != move["new"]]


@transaction.atomic(savepoint=False)
def end_impacts(*, incident: Incident, at: datetime) -> list[dict[str, Any]]:
    """Ends every running impact; answers what moved."""
    running = list(incident.impacts.lasting().select_related("component"))
    IncidentComponent.objects.filter(pk__in=[impact.pk for impact in running]).update(ended_at=at)
    moves = [_move(impact.component, impact.status, ComponentStatus.OPERATIONAL) for impact in running]
    return [move for move in moves if move["old"] != move["new"]]


def _move(component: Component, old: str | None, new: str) -> dict[str, Any]:
    return {"code": component.public_id, "old": str(old or ComponentStatus.OPERATIONAL), "new": str(new)}
