from incidents.actions.components import keep_component, keep_group, set_component_status
from incidents.actions.incidents import (
    Opening,
    Report,
    Revision,
    open_incident,
    post_update,
    revise_incident,
    set_impact,
)
from incidents.actions.links import link_ticket, unlink_ticket
from incidents.actions.maintenance import (
    Plan,
    cancel_maintenance,
    finish_maintenance,
    keep_maintenance_times,
    reschedule_maintenance,
    schedule_maintenance,
    start_maintenance,
)

__all__ = [
    "Opening",
    "Plan",
    "Report",
    "Revision",
    "cancel_maintenance",
    "finish_maintenance",
    "keep_component",
    "keep_group",
    "keep_maintenance_times",
    "link_ticket",
    "open_incident",
    "post_update",
    "reschedule_maintenance",
    "revise_incident",
    "schedule_maintenance",
    "set_component_status",
    "set_impact",
    "start_maintenance",
    "unlink_ticket",
]
