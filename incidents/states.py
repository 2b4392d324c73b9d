"""States of components, incidents and maintenance, in the words of the Statuspage API: the wire needs no map."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.uptime import Level


class ComponentStatus(models.TextChoices):
    OPERATIONAL = "operational", _("Operational")
    UNDER_MAINTENANCE = "under_maintenance", _("Under maintenance")
    DEGRADED = "degraded_performance", _("Degraded performance")
    PARTIAL = "partial_outage", _("Partial outage")
    MAJOR = "major_outage", _("Major outage")

    @property
    def level(self) -> Level:
        return _LEVELS[self]


_LEVELS = {
    ComponentStatus.OPERATIONAL: Level.OPERATIONAL,
    ComponentStatus.UNDER_MAINTENANCE: Level.MAINTENANCE,
    ComponentStatus.DEGRADED: Level.DEGRADED,
    ComponentStatus.PARTIAL: Level.PARTIAL,
    ComponentStatus.MAJOR: Level.MAJOR,
}
_STATUSES = {level: status for status, level in _LEVELS.items()}

# What may be asserted of a component, or laid over it by an incident. Maintenance comes from the clock alone.
ASSERTED = [
    ComponentStatus.OPERATIONAL,
    ComponentStatus.DEGRADED,
    ComponentStatus.PARTIAL,
    ComponentStatus.MAJOR,
]
ASSERTED_CHOICES = [(status.value, status.label) for status in ASSERTED]


def status_of(level: Level) -> ComponentStatus:
    """The status shown for a level; what is not known to be broken is shown as operational."""
    return _STATUSES.get(level, ComponentStatus.OPERATIONAL)


class Source(models.TextChoices):
    """Who asserts a baseline."""

    STAFF = "staff", _("Staff")
    MONITOR = "monitor", _("Monitor")
    ALERT = "alert", _("Alert")
    API = "api", _("API")


class Severity(models.TextChoices):
    P0 = "P0", _("P0 Critical")
    P1 = "P1", _("P1 High")
    P2 = "P2", _("P2 Medium")
    P3 = "P3", _("P3 Low")


class Impact(models.TextChoices):
    NONE = "none", _("None")
    MINOR = "minor", _("Minor")
    MAJOR = "major", _("Major")
    CRITICAL = "critical", _("Critical")


_IMPACT_ORDER = [Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL]
_IMPACT_OF_SEVERITY = {
    Severity.P0: Impact.CRITICAL,
    Severity.P1: Impact.MAJOR,
    Severity.P2: Impact.MINOR,
    Severity.P3: Impact.NONE,
}
_IMPACT_OF_LEVEL = {Level.DEGRADED: Impact.MINOR, Level.PARTIAL: Impact.MINOR, Level.MAJOR: Impact.MAJOR}


def impact_of(severity: str, worst: Level) -> Impact:
    """An incident's public impact: the graver of what its severity says and what its worst component says."""
    said = _IMPACT_OF_SEVERITY[Severity(severity)]
    touched = _IMPACT_OF_LEVEL.get(worst, Impact.NONE)
    return max(said, touched, key=_IMPACT_ORDER.index)


class IncidentStatus(models.TextChoices):
    INVESTIGATING = "investigating", _("Investigating")
    IDENTIFIED = "identified", _("Identified")
    MONITORING = "monitoring", _("Monitoring")
    RESOLVED = "resolved", _("Resolved")


def may_follow(old: str, new: str) -> bool:
    """An open incident may move to any status, back too; a resolved one only reopens, as investigating."""
    if old == IncidentStatus.RESOLVED:
        return new == IncidentStatus.INVESTIGATING
    return new in set(IncidentStatus)


class MaintenanceState(models.TextChoices):
    """Derived from the clock, never stored."""

    SCHEDULED = "scheduled", _("Scheduled")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELED = "canceled", _("Canceled")


_ROLL_UP = [
    (all, ComponentStatus.MAJOR, "critical", "Major System Outage"),
    (any, ComponentStatus.MAJOR, "major", "Partial System Outage"),
    (all, ComponentStatus.PARTIAL, "major", "Partial System Outage"),
    (any, ComponentStatus.PARTIAL, "minor", "Minor Service Outage"),
    (all, ComponentStatus.DEGRADED, "minor", "Degraded System Service"),
    (any, ComponentStatus.DEGRADED, "minor", "Partially Degraded Service"),
    (any, ComponentStatus.UNDER_MAINTENANCE, "maintenance", "Service Under Maintenance"),
]
ROLL_UP_SENTENCES = {
    "Major System Outage": _("Major system outage"),
    "Partial System Outage": _("Partial system outage"),
    "Minor Service Outage": _("Minor service outage"),
    "Degraded System Service": _("Degraded system service"),
    "Partially Degraded Service": _("Partially degraded service"),
    "Service Under Maintenance": _("Service under maintenance"),
    "All Systems Operational": _("All systems operational"),
}


def roll_up(statuses: list[ComponentStatus]) -> tuple[str, str]:
    """Indicator and description of a page from its leaf components, by the rule of the Statuspage API."""
    for quantifier, status, indicator, description in _ROLL_UP:
        if statuses and quantifier(one == status for one in statuses):
            return indicator, description
    return "none", "All Systems Operational"
