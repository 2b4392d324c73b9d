from incidents.models.components import Component, ComponentGroup, ComponentStatusChange, StatusPage
from incidents.models.incidents import Incident, IncidentComponent, IncidentUpdate
from incidents.models.links import TicketLink
from incidents.models.maintenance import Maintenance

__all__ = [
    "Component",
    "ComponentGroup",
    "ComponentStatusChange",
    "Incident",
    "IncidentComponent",
    "IncidentUpdate",
    "Maintenance",
    "StatusPage",
    "TicketLink",
]
