"""How everything stands, for programs: what the status page tells the public."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from incidents.feeds.standing import IncidentStanding, Standing, read
from incidents.models import Maintenance
from incidents.states import ComponentStatus, Impact, IncidentStatus, MaintenanceState
from portal.accounts.api import OPEN, Told, endpoint, told

router = Router(tags=["Status"])


class ComponentTold(Told):
    id: str
    name: str
    group: str | None
    status: ComponentStatus


class IncidentTold(Told):
    id: str
    title: str
    status: IncidentStatus
    impact: Impact
    components: list[str] = Field(description="Ids of the components that it concerns.")
    started_at: datetime
    updated_at: datetime
    url: str


class MaintenanceTold(Told):
    id: str
    title: str
    status: MaintenanceState
    components: list[str] = Field(description="Ids of the components that it concerns.")
    starts_at: datetime
    ends_at: datetime
    url: str


class StatusTold(Told):
    indicator: str = Field(description="none, minor, major, critical or maintenance.")
    description: str
    components: list[ComponentTold]
    incidents: list[IncidentTold] = Field(description="Those that are open.")
    maintenances: list[MaintenanceTold] = Field(description="Those that are planned or running.")


@endpoint(router, "GET /status", StatusTold, OPEN)
def status(request: HttpRequest) -> HttpResponse:
    """Whether everything works now, what does not, and what is planned.

    The status page has more, in the format of Statuspage: `/status/api/v2/summary.json`.
    """
    standing = read(now=timezone.now())
    indicator, description = standing.verdict
    ahead = standing.maintenances_in(MaintenanceState.SCHEDULED, MaintenanceState.IN_PROGRESS)
    return told(
        StatusTold(
            indicator=indicator,
            description=description,
            components=_components(standing),
            incidents=[_incident(one) for one in standing.open_incidents],
            maintenances=[_maintenance(one, standing.now) for one in ahead],
        )
    )


def _components(standing: Standing) -> list[ComponentTold]:
    return [
        ComponentTold(
            id=one.component.public_id,
            name=one.component.name,
            group=group.group.name if group.group else None,
            status=one.status,
        )
        for group in standing.groups
        for one in group.components
    ]


def _incident(one: IncidentStanding) -> IncidentTold:
    incident = one.incident
    return IncidentTold(
        id=incident.public_id,
        title=incident.title,
        status=IncidentStatus(incident.status),
        impact=Impact(one.impact),
        components=[component.public_id for component in one.components],
        started_at=incident.started_at,
        updated_at=incident.updated_at,
        url=settings.SITE_URL + reverse("incidents:incident", args=[incident.public_id]),
    )


def _maintenance(one: Maintenance, now: datetime) -> MaintenanceTold:
    return MaintenanceTold(
        id=one.public_id,
        title=one.title,
        status=one.state_at(now),
        components=[component.public_id for component in one.components.all()],
        starts_at=one.begins_at,
        ends_at=one.ends_at,
        url=settings.SITE_URL + reverse("incidents:maintenance", args=[one.public_id]),
    )
