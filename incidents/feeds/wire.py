"""The page in the words of the Statuspage API, version 2. Lists are never null, moments are UTC with milliseconds."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from incidents.feeds.standing import ComponentStanding, GroupStanding, IncidentStanding, Standing
from incidents.models import IncidentUpdate, Maintenance
from incidents.states import MaintenanceState

_MOST_LISTED = 50
_UPCOMING, _ACTIVE = MaintenanceState.SCHEDULED, MaintenanceState.IN_PROGRESS
_MAINTENANCE_TEXTS = {
    MaintenanceState.IN_PROGRESS: "Scheduled maintenance is currently in progress.",
    MaintenanceState.COMPLETED: "The scheduled maintenance has been completed.",
}


class Wire:
    """Tells one standing on the wire."""

    def __init__(self, standing: Standing, *, name: str, site_url: str, time_zone: str) -> None:
        self.standing = standing
        self.url = f"{site_url}/status/"
        self.page = {
            "id": _id_of(site_url),
            "name": name,
            "url": self.url,
            "time_zone": time_zone,
            "updated_at": stamp(standing.changed_at),
        }
        self._components = {one.component.pk: self._component(one) for one in standing.components}
        self._group_of = {one.component.pk: _group_id(group) for group in standing.groups for one in group.components}
        for pk, told in self._components.items():
            told["group_id"] = self._group_of[pk]

    def documents(self) -> dict[str, dict[str, Any]]:
        """Every document by its path below `api/v2/`."""
        told: dict[str, Callable[[], dict[str, Any]]] = {
            "summary": self._summary,
            "status": lambda: {"status": self._status()},
            "components": lambda: {"components": self._all_components()},
            "incidents": lambda: {"incidents": self._incidents(self.standing.incidents[:_MOST_LISTED])},
            "incidents/unresolved": lambda: {"incidents": self._incidents(self.standing.open_incidents)},
            "scheduled-maintenances": lambda: self._planned(*set(MaintenanceState) - {MaintenanceState.CANCELED}),
            "scheduled-maintenances/upcoming": lambda: self._planned(_UPCOMING),
            "scheduled-maintenances/active": lambda: self._planned(_ACTIVE),
        }
        return {f"{name}.json": {"page": self.page, **tell()} for name, tell in told.items()}

    def _summary(self) -> dict[str, Any]:
        return {
            "components": self._all_components(),
            "incidents": self._incidents(self.standing.open_incidents),
            **self._planned(_UPCOMING, _ACTIVE),
            "status": self._status(),
        }

    def _status(self) -> dict[str, str]:
        indicator, description = self.standing.verdict
        return {"indicator": indicator, "description": description}

    def _all_components(self) -> list[dict[str, Any]]:
        told = list(self._components.values()) + [self._group(group) for group in self.standing.groups if group.group]
        return sorted(told, key=lambda one: one["position"])

    def _component(self, one: ComponentStanding) -> dict[str, Any]:
        component = one.component
        return {
            "id": component.public_id,
            "name": component.name,
            "status": one.status.value,
            "created_at": stamp(component.created_at),
            "updated_at": stamp(component.updated_at),
            "position": one.position,
            "description": component.description or None,
            "showcase": True,
            "start_date": component.tracked_since.date().isoformat(),
            "group_id": None,
            "page_id": self.page["id"],
            "group": False,
            "only_show_if_degraded": False,
        }

    def _group(self, one: GroupStanding) -> dict[str, Any]:
        group = one.group
        assert group is not None  # noqa: S101  # the caller leaves out those without
        return {
            "id": group.public_id,
            "name": group.name,
            "status": one.status.value,
            "created_at": stamp(group.created_at),
            "updated_at": stamp(group.updated_at),
            "position": one.position,
            "description": group.description or None,
            "showcase": False,
            "start_date": None,
            "group_id": None,
            "page_id": self.page["id"],
            "group": True,
            "only_show_if_degraded": False,
            "components": [child.component.public_id for child in one.components],
        }

    def _incidents(self, some: list[IncidentStanding]) -> list[dict[str, Any]]:
        return [self._incident(one) for one in some]

    def _incident(self, one: IncidentStanding) -> dict[str, Any]:
        incident = one.incident
        return {
            "id": incident.public_id,
            "name": incident.title,
            "status": incident.status,
            "created_at": stamp(incident.opened_at),
            "updated_at": stamp(incident.updated_at),
            "monitoring_at": stamp(incident.monitoring_at),
            "resolved_at": stamp(incident.resolved_at),
            "impact": str(one.impact),
            "shortlink": f"{self.url}incidents/{incident.public_id}/",
            "started_at": stamp(incident.started_at),
            "page_id": self.page["id"],
            "incident_updates": [self._update(update, one) for update in incident.updates.all()],
            "components": [self._components[component.pk] for component in one.components],
            "reminder_intervals": None,
        }

    def _update(self, update: IncidentUpdate, one: IncidentStanding) -> dict[str, Any]:
        names = {item.component.public_id: item.component.name for item in self.standing.components}
        affected = [
            {"code": move["code"], "name": names[move["code"]], "old_status": move["old"], "new_status": move["new"]}
            for move in update.affected
            if move["code"] in one.codes
        ]
        told = _update_of(update.public_id, update.status, update.body, one.incident.public_id, update.at)
        return {**told, "affected_components": affected or None}

    def _planned(self, *states: MaintenanceState) -> dict[str, Any]:
        chosen = self.standing.maintenances_in(*states)[:_MOST_LISTED]
        return {"scheduled_maintenances": [self._maintenance(one) for one in chosen]}

    def _maintenance(self, one: Maintenance) -> dict[str, Any]:
        state = one.state_at(self.standing.now)
        is_over = state == MaintenanceState.COMPLETED
        return {
            "id": one.public_id,
            "name": one.title,
            "status": state.value,
            "created_at": stamp(one.scheduled_at),
            "updated_at": stamp(one.updated_at),
            "monitoring_at": None,
            "resolved_at": stamp(one.ends_at) if is_over else None,
            "impact": "maintenance",
            "shortlink": f"{self.url}maintenance/{one.public_id}/",
            "started_at": stamp(one.begins_at),
            "page_id": self.page["id"],
            "incident_updates": self._maintenance_updates(one, state),
            "components": [self._components[component.pk] for component in one.components.all()],
            "reminder_intervals": None,
            "scheduled_for": stamp(one.planned_start_at),
            "scheduled_until": stamp(one.planned_end_at),
        }

    def _maintenance_updates(self, one: Maintenance, state: MaintenanceState) -> list[dict[str, Any]]:
        """Planned work has no updates of its own; its steps are told as updates, newest first."""
        steps = [(MaintenanceState.SCHEDULED, one.body, one.scheduled_at)]
        if state in {MaintenanceState.IN_PROGRESS, MaintenanceState.COMPLETED}:
            steps.append(
                (MaintenanceState.IN_PROGRESS, _MAINTENANCE_TEXTS[MaintenanceState.IN_PROGRESS], one.begins_at)
            )
        if state == MaintenanceState.COMPLETED:
            steps.append((state, _MAINTENANCE_TEXTS[state], one.ends_at))
        told = [
            _update_of(_id_of(f"{one.public_id}:{step.value}"), step.value, text, one.public_id, at)
            for step, text, at in steps
        ]
        return list(reversed(told))


def _update_of(public_id: str, status: str, body: str, incident_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": public_id,
        "status": status,
        "body": body,
        "incident_id": incident_id,
        "created_at": stamp(at),
        "updated_at": stamp(at),
        "display_at": stamp(at),
        "affected_components": None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def stamp(at: datetime | None) -> str | None:
    """A moment on the wire: 2026-03-10T09:30:00.000Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if at else None


def _group_id(group: GroupStanding) -> str | None:
    return group.group.public_id if group.group else None


def _id_of(text: str) -> str:
    """12 lower-case letters and digits that stay the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
