"""Planned work. The clock alone makes it run; starting and finishing by hand keep what really happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.events import (
    MAINTENANCE_CANCELED,
    MAINTENANCE_FINISHED,
    MAINTENANCE_RESCHEDULED,
    MAINTENANCE_SCHEDULED,
    MAINTENANCE_STARTED,
)
from incidents.models import Component, Maintenance
from incidents.states import MaintenanceState
from portal.accounts.models import User
from portal.events.actions import record
from portal.events.listeners import EventType
from portal.lib.clock import moment, moment_after
from portal.lib.markdown import render_message
from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Plan:
    """What will be done, to what, from when until when."""

    title: str
    body: str
    planned_start_at: datetime
    planned_end_at: datetime
    components: Sequence[Component]
    is_public: bool = True


@transaction.atomic
def schedule_maintenance(*, plan: Plan, by: User | None, now: datetime | None = None) -> Maintenance:
    """Announces planned work. Its end must lie ahead."""
    at = moment(now)
    _check_window(plan.planned_start_at, plan.planned_end_at, at)
    body = plan.body.strip()
    maintenance = Maintenance.objects.create(
        title=plan.title.strip(),
        body=body,
        html=render_message(body),
        is_public=plan.is_public,
        planned_start_at=plan.planned_start_at,
        planned_end_at=plan.planned_end_at,
        scheduled_at=at,
        scheduled_by=by,
        updated_at=at,
    )
    maintenance.components.set(plan.components)
    _tell(MAINTENANCE_SCHEDULED, maintenance, by, at)
    return maintenance


@transaction.atomic
def reschedule_maintenance(
    *,
    maintenance: Maintenance,
    planned_start_at: datetime,
    planned_end_at: datetime,
    by: User | None,
    now: datetime | None = None,
) -> Maintenance:
    """Moves planned work; of running work only the end can move."""
    locked = _locked(maintenance)
    at = moment(now)
    if locked.state_at(at) not in {MaintenanceState.SCHEDULED, MaintenanceState.IN_PROGRESS}:
        raise Refused(_("This maintenance is over."), code="maintenance_over")
    if locked.state_at(at) == MaintenanceState.IN_PROGRESS and planned_start_at != locked.planned_start_at:
        raise Refused(_("This maintenance is running: only its end can move."), code="maintenance_running")
    _check_window(planned_start_at, planned_end_at, at)
    locked.planned_start_at, locked.planned_end_at, locked.updated_at = planned_start_at, planned_end_at, at
    locked.save(update_fields=["planned_start_at", "planned_end_at", "updated_at"])
    _tell(MAINTENANCE_RESCHEDULED, locked, by, at)
    return locked


@transaction.atomic
def cancel_maintenance(*, maintenance: Maintenance, by: User | None, now: datetime | None = None) -> Maintenance:
    """Calls planned work off before it begins."""
    locked = _locked(maintenance)
    at = moment(now)
    if locked.started_at is not None or locked.state_at(at) != MaintenanceState.SCHEDULED:
        raise Refused(_("Only maintenance that has not begun can be canceled. Finish it instead."), code="begun")
    locked.canceled_at = locked.updated_at = at
    locked.save(update_fields=["canceled_at", "updated_at"])
    _tell(MAINTENANCE_CANCELED, locked, by, at)
    return locked


@transaction.atomic
def start_maintenance(*, maintenance: Maintenance, by: User | None, now: datetime | None = None) -> Maintenance:
    """Begins planned work now, also before its planned start."""
    locked = _locked(maintenance)
    at = moment(now)
    if locked.started_at is not None or locked.canceled_at is not None or at >= locked.planned_end_at:
        raise Refused(_("This maintenance cannot be started any more."), code="not_startable")
    locked.started_at = locked.updated_at = at
    locked.save(update_fields=["started_at", "updated_at"])
    _tell(MAINTENANCE_STARTED, locked, by, at)
    return locked


@transaction.atomic
def finish_maintenance(*, maintenance: Maintenance, by: User | None, now: datetime | None = None) -> Maintenance:
    """Ends running work. Work that the clock has begun counts as started at its planned start."""
    locked = _locked(maintenance)
    at = moment_after(locked.started_at, now) if locked.started_at else moment(now)
    if locked.ended_at is not None or locked.canceled_at is not None or at < locked.begins_at:
        raise Refused(_("This maintenance is not running."), code="not_running")
    locked.started_at = locked.begins_at
    locked.ended_at = locked.updated_at = at
    locked.save(update_fields=["started_at", "ended_at", "updated_at"])
    _tell(MAINTENANCE_FINISHED, locked, by, at)
    return locked


def keep_maintenance_times(*, now: datetime | None = None) -> int:
    """Writes down what the clock has begun and ended, at the planned moments, as news; answers how much.

    The state shown never waits for this.
    """
    at = moment(now)
    due = {"started_at": Maintenance.objects.due_to_start(at), "ended_at": Maintenance.objects.due_to_finish(at)}
    return sum(_keep(maintenance, field, at) for field, found in due.items() for maintenance in found)


@transaction.atomic
def _keep(maintenance: Maintenance, field: str, at: datetime) -> int:
    """Only if nobody else did since; a run that was missed altogether gets both moments, one call each."""
    locked = _locked(maintenance)
    planned = locked.planned_start_at if field == "started_at" else locked.planned_end_at
    if getattr(locked, field) is not None or locked.canceled_at is not None or planned > at:
        return 0
    setattr(locked, field, planned)
    locked.updated_at = max(planned, locked.updated_at)
    locked.save(update_fields=[field, "updated_at"])
    _tell(MAINTENANCE_STARTED if field == "started_at" else MAINTENANCE_FINISHED, locked, None, planned)
    return 1


def _check_window(start: datetime, end: datetime, at: datetime) -> None:
    if end <= start:
        raise Refused(_("The end must be after the start."), code="window_backwards")
    if end <= at:
        raise Refused(_("The end lies in the past."), code="window_past")


def _locked(maintenance: Maintenance) -> Maintenance:
    return Maintenance.objects.select_for_update(of=("self",)).get(pk=maintenance.pk)


def _tell(event: EventType, maintenance: Maintenance, by: User | None, at: datetime) -> None:
    details = {
        "planned_start_at": maintenance.planned_start_at,
        "planned_end_at": maintenance.planned_end_at,
        "is_public": maintenance.is_public,
    }
    record(event, about=maintenance, by=by, details=details, now=at)
