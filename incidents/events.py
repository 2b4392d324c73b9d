from collections.abc import Collection

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare


def titles(ids: Collection[int]) -> dict[int, str]:
    """What the incidents with these ids are called."""
    return dict(apps.get_model("incidents", "Incident").objects.filter(pk__in=ids).values_list("pk", "title"))


COMPONENT_ADDED = declare("component.added", _("{by} added the component"))
COMPONENT_REVISED = declare("component.revised", _("{by} revised the component"))
COMPONENT_STATUS_CHANGED = declare("component.status_changed", _("{by} moved the baseline from {old} to {new}"))
GROUP_REVISED = declare("component_group.revised", _("{by} revised the component group"))

INCIDENT_OPENED = declare("incident.opened", _("{by} opened the incident as {severity}"))
INCIDENT_UPDATED = declare("incident.updated", _("{by} posted an update: {old} → {new}"))
INCIDENT_RESOLVED = declare("incident.resolved", _("{by} resolved the incident"))
INCIDENT_REOPENED = declare("incident.reopened", _("{by} reopened the incident"))
INCIDENT_IMPACT_CHANGED = declare("incident.impact_changed", _("{by} changed an impact from {old} to {new}"))
INCIDENT_REVISED = declare("incident.revised", _("{by} revised the incident: {fields}"))

INCIDENT_TICKET_LINKED = declare("incident.ticket_linked", _("{by} linked the ticket #{number}"))
INCIDENT_TICKET_UNLINKED = declare("incident.ticket_unlinked", _("{by} unlinked the ticket #{number}"))
TICKET_LINKED = declare(
    "ticket.linked_to_incident",
    _("{by} linked the ticket to the incident “{incident}”"),
    names={"incident": ("incident_id", titles)},
)
TICKET_UNLINKED = declare(
    "ticket.unlinked_from_incident",
    _("{by} unlinked the ticket from the incident “{incident}”"),
    names={"incident": ("incident_id", titles)},
)

MAINTENANCE_SCHEDULED = declare("maintenance.scheduled", _("{by} scheduled the maintenance"))
MAINTENANCE_RESCHEDULED = declare("maintenance.rescheduled", _("{by} moved the maintenance to another time"))
MAINTENANCE_CANCELED = declare("maintenance.canceled", _("{by} canceled the maintenance"))
MAINTENANCE_STARTED = declare("maintenance.started", _("{by} started the maintenance"))
MAINTENANCE_FINISHED = declare("maintenance.finished", _("{by} finished the maintenance"))
