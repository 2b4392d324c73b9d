"""What the public may know, read once: a fixed number of queries, however many components there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Prefetch
from django.utils import timezone

from incidents.models import (
    Component,
    ComponentGroup,
    ComponentStatusChange,
    Incident,
    IncidentComponent,
    Maintenance,
    StatusPage,
)
from incidents.states import ComponentStatus, MaintenanceState, impact_of, roll_up, status_of
from portal.lib.uptime import (
    Day,
    Layers,
    Level,
    Span,
    Weights,
    baseline,
    by_day,
    days_until,
    flatten,
    level_at,
    percent,
    total,
    uptime,
    worst,
)

HISTORY_DAYS = 90
HISTORY_FOR = timedelta(days=366)


@dataclass(frozen=True)
class DayMark:
    """One day of one component: the level that marks it, and how long each level held."""

    on: date
    level: Level
    held: dict[Level, timedelta]

    @property
    def is_disrupted(self) -> bool:
        return self.level >= Level.DEGRADED

    @property
    def state(self) -> str:
        return "unknown" if self.level == Level.UNKNOWN else status_of(self.level).value


@dataclass(frozen=True)
class ComponentStanding:
    """A component as visitors see it now, and its last ninety days. `position` is its place on the whole page."""

    component: Component
    position: int
    status: ComponentStatus
    days: list[DayMark]
    uptime: str

    @property
    def disrupted_days(self) -> list[DayMark]:
        return [day for day in reversed(self.days) if day.is_disrupted]


@dataclass(frozen=True)
class GroupStanding:
    """A group and its public components; `group` is None for those that are in none."""

    group: ComponentGroup | None
    position: int
    components: list[ComponentStanding]

    @property
    def status(self) -> ComponentStatus:
        """That of its worst component."""
        return max((one.status for one in self.components), key=lambda status: status.level)


@dataclass(frozen=True)
class IncidentStanding:
    """An incident with what the public may read of it."""

    incident: Incident
    codes: frozenset[str]  # ids of all public components

    @cached_property
    def impacts(self) -> list[IncidentComponent]:
        return list(self.incident.impacts.all())

    @cached_property
    def components(self) -> list[Component]:
        """Each one once, in the order it was touched."""
        return list({impact.component_id: impact.component for impact in self.impacts}.values())

    @property
    def impact(self) -> str:
        gravest = max((impact.span.level for impact in self.impacts), default=Level.OPERATIONAL)
        return self.incident.impact_override or impact_of(self.incident.severity, gravest)

    @property
    def worst_now(self) -> ComponentStatus:
        lasting = (ComponentStatus(impact.status) for impact in self.impacts if impact.ended_at is None)
        return max(lasting, key=lambda status: status.level, default=ComponentStatus.OPERATIONAL)


@dataclass(frozen=True)
class Standing:
    """Everything the page tells, at one moment. Hidden components, incidents and maintenance are not in it."""

    now: datetime
    page: StatusPage
    groups: list[GroupStanding]
    incidents: list[IncidentStanding]
    maintenances: list[Maintenance]

    @cached_property
    def components(self) -> list[ComponentStanding]:
        return [one for group in self.groups for one in group.components]

    @cached_property
    def verdict(self) -> tuple[str, str]:
        """Indicator and description by the rule of the Statuspage API."""
        return roll_up([one.status for one in self.components])

    @cached_property
    def open_incidents(self) -> list[IncidentStanding]:
        return [one for one in self.incidents if one.incident.is_open]

    @cached_property
    def past_incidents(self) -> list[IncidentStanding]:
        return [one for one in self.incidents if not one.incident.is_open]

    def maintenances_in(self, *states: MaintenanceState) -> list[Maintenance]:
        return [one for one in self.maintenances if one.state_at(self.now) in states]

    @cached_property
    def changed_at(self) -> datetime:
        """When something on the page last changed: never the clock itself."""
        moments = [one.component.updated_at for one in self.components]
        moments += [one.incident.updated_at for one in self.incidents]
        for maintenance in self.maintenances:
            moments += [maintenance.updated_at, maintenance.begins_at, maintenance.ends_at]
        return max((moment for moment in moments if moment <= self.now), default=self.now)


def read(*, now: datetime, also: str = "") -> Standing:
    """Reads what is public: of the last year, ahead, and the one incident or maintenance with the id `also`."""
    days = days_until(now, HISTORY_DAYS, timezone.get_default_timezone())
    page = StatusPage.objects.current()
    components = list(Component.objects.public().as_shown())
    incidents = public_incidents(now, also)
    maintenances = public_maintenances(now, also)
    history = _History(
        now,
        days,
        page.weights,
        changes=_by_component(
            ComponentStatusChange.objects.filter(component__is_public=True, at__gte=days[0].begins, at__lte=now)
        ),
        impacts=_by_component(impact for incident in incidents for impact in incident.impacts.all()),
        windows=_windows(maintenances),
    )
    codes = frozenset(component.public_id for component in components)
    return Standing(
        now,
        page,
        _grouped(components, history),
        [IncidentStanding(incident, codes) for incident in incidents],
        maintenances,
    )


def public_incidents(now: datetime, also: str) -> list[Incident]:
    """Open or of the last year, newest first, with their updates and their impacts on public components."""
    impacts = IncidentComponent.objects.filter(component__is_public=True).select_related("component")
    chosen = Incident.objects.public().since(now - HISTORY_FOR, also=also).filter(started_at__lte=now)
    return list(chosen.newest_first().prefetch_related("updates", Prefetch("impacts", queryset=impacts)))


def public_maintenances(now: datetime, also: str) -> list[Maintenance]:
    """Of the last year or ahead, also canceled ones, newest first, with their public components."""
    chosen = Maintenance.objects.public().since(now - HISTORY_FOR, also=also)
    shown = Component.objects.public().order_by("position", "pk")
    return list(chosen.newest_first().prefetch_related(Prefetch("components", queryset=shown)))


@dataclass(frozen=True)
class _History:
    now: datetime
    days: list[Day]
    weights: Weights
    changes: dict[int, list[ComponentStatusChange]]
    impacts: dict[int, list[IncidentComponent]]
    windows: dict[int, list[Span]]

    def stand(self, component: Component, position: int) -> ComponentStanding:
        since = max(component.tracked_since, self.days[0].begins)
        layers = self._layers(component, since)
        spans = flatten(layers, begins=since, ends=self.now) if since < self.now else []
        held = by_day(spans, self.days)
        marks = [DayMark(day.on, worst(one), one) for day, one in zip(self.days, held, strict=True)]
        part = uptime(total(held), self.weights)
        shown = "" if part is None else percent(part)
        return ComponentStanding(component, position, status_of(level_at(layers, self.now)), marks, shown)

    def _layers(self, component: Component, since: datetime) -> Layers:
        steps = [
            (change.at, ComponentStatus(change.old).level, ComponentStatus(change.new).level)
            for change in self.changes.get(component.pk, ())
        ]
        return Layers(
            baseline(steps, ComponentStatus(component.status).level, begins=since),
            self.windows.get(component.pk, ()),
            [impact.span for impact in self.impacts.get(component.pk, ())],
        )


def _by_component(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row.component_id, []).append(row)
    return found


def _windows(maintenances: list[Maintenance]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for maintenance in maintenances:
        if maintenance.canceled_at is None:
            for component in maintenance.components.all():
                found.setdefault(component.pk, []).append(maintenance.span)
    return found


def _grouped(components: list[Component], history: _History) -> list[GroupStanding]:
    """Components arrive in the order of the page; a group takes its place before its first component."""
    groups: list[GroupStanding] = []
    position = 0
    for component in components:
        if not groups or (groups[-1].group.pk if groups[-1].group else None) != component.group_id:
            position += 1 if component.group else 0
            groups.append(GroupStanding(component.group, position, []))
        position += 1
        groups[-1].components.append(history.stand(component, position))
    return groups
