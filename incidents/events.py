from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

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

MAINTENANCE_SCHEDULED = declare("maintenance.scheduled", _("{by} scheduled the maintenance"))
MAINTENANCE_RESCHEDULED = declare("maintenance.rescheduled", _("{by} moved the maintenance to another time"))
MAINTENANCE_CANCELED = declare("maintenance.canceled", _("{by} canceled the maintenance"))
MAINTENANCE_STARTED = declare("maintenance.started", _("{by} started the maintenance"))
MAINTENANCE_FINISHED = declare("maintenance.finished", _("{by} finished the maintenance"))
