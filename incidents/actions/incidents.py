"""Opening an incident, telling of it, moving what it touches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from incidents.actions.impacts import end_impacts, lay_impacts
from incidents.events import (
    INCIDENT_IMPACT_CHANGED,
    INCIDENT_OPENED,
    INCIDENT_REOPENED,
    INCIDENT_RESOLVED,
    INCIDENT_REVISED,
    INCIDENT_UPDATED,
)
from incidents.models import Component, Incident, IncidentUpdate
from incidents.states import IncidentStatus, Severity, may_follow
from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment, moment_after
from portal.lib.markdown import render_message
from portal.lib.refusals import Refused

SENT_TWICE = timedelta(minutes=2)
_LOCK = 7_265_012  # an advisory lock of the database: any number that nobody else uses


@dataclass(frozen=True)
class Opening:
    """What is known when an incident is opened. `started_at`: when the trouble began, if before now."""

    title: str
    severity: str
    body: str
    impacts: Mapping[Component, str] = field(default_factory=dict)
    status: str = IncidentStatus.INVESTIGATING
    started_at: datetime | None = None
    is_public: bool = True
    impact_override: str = ""


@dataclass(frozen=True)
class Report:
    """One update: the status it brings, its text in Markdown, and the impacts that it changes."""

    status: str
    body: str
    impacts: Mapping[Component, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Revision:
    """What staff may correct of an incident without an update."""

    title: str
    severity: str
    impact_override: str = ""
    is_public: bool = True


@transaction.atomic
def open_incident(*, opening: Opening, by: User | None, now: datetime | None = None) -> Incident:
    """Opens an incident with its first update; its impacts count from the moment the trouble began. Sent twice by the
    same person within two minutes it is one."""
    at = moment(now)
    began = opening.started_at or at
    if same := _opened_just_now(opening, by, at):
        return same
    if began > at:
        raise Refused(_("An incident cannot begin in the future. Schedule maintenance instead."), code="future_start")
    if opening.status == IncidentStatus.RESOLVED:
        raise Refused(_("Open the incident first, then resolve it by an update."), code="opened_resolved")
    incident = Incident.objects.create(
        title=opening.title.strip(),
        severity=Severity(opening.severity),
        impact_override=opening.impact_override,
        is_public=opening.is_public,
        status=opening.status,
        started_at=began,
        opened_at=at,
        opened_by=by,
        updated_at=at,
    )
    moved = lay_impacts(incident=incident, impacts=opening.impacts, at=began)
    update = _write_update(incident, Report(opening.status, opening.body), moved, by, at)
    record(
        INCIDENT_OPENED,
        about=incident,
        by=by,
        details={**_news(update, moved), "severity": str(incident.severity), "is_public": incident.is_public},
        now=at,
    )
    return incident


@transaction.atomic
def post_update(*, incident: Incident, report: Report, by: User | None, now: datetime | None = None) -> IncidentUpdate:
    """Posts an update and moves the incident to its status.

    Resolving ends every impact. A resolved incident takes no update but one that reopens it, as investigating. The
    newest one sent again by the same person within two minutes is the same update.
    """
    locked = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    at = moment(now) if now else moment_after(locked.updated_at, None)
    if same := _said_just_now(locked, report, by, at):
        return same
    _check_report(locked, report, at)
    old = locked.status
    moved = lay_impacts(incident=locked, impacts=report.impacts, at=at)
    if report.status == IncidentStatus.RESOLVED:
        moved = _merged(moved, end_impacts(incident=locked, at=at))
    update = _write_update(locked, report, moved, by, at)
    event = INCIDENT_RESOLVED if report.status == IncidentStatus.RESOLVED else INCIDENT_UPDATED
    event = INCIDENT_REOPENED if old == IncidentStatus.RESOLVED else event
    details = {**_news(update, moved), "old": old, "new": str(report.status), "is_public": locked.is_public}
    record(event, about=locked, by=by, details=details, now=at)
    return update


def _opened_just_now(opening: Opening, by: User | None, at: datetime) -> Incident | None:
    """What a form sent twice has opened already; whoever opens waits for who opens at the same moment."""
    if by is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    same = Incident.objects.filter(title=opening.title.strip(), severity=opening.severity, opened_by=by)
    first = IncidentUpdate.objects.filter(incident__in=same, by=by, body=opening.body.strip(), at__gt=at - SENT_TWICE)
    found = first.select_related("incident").order_by("pk").first()
    return found.incident if found else None


def _said_just_now(incident: Incident, report: Report, by: User | None, at: datetime) -> IncidentUpdate | None:
    """The newest update, if it is the very same and nothing happened since. The incident is locked."""
    newest = incident.updates.order_by("-at", "-pk").first()
    if by is None or newest is None or newest.by_id != by.pk or at - newest.at > SENT_TWICE:
        return None
    is_same = (newest.status, newest.body) == (str(report.status), report.body.strip())
    running = {impact.component_id: impact.status for impact in incident.impacts.lasting()}
    moves_nothing = not incident.is_open or all(running.get(one.pk) == to for one, to in report.impacts.items())
    return newest if is_same and moves_nothing else None


def _check_report(incident: Incident, report: Report, at: datetime) -> None:
    if not may_follow(incident.status, report.status):
        raise Refused(
            _("This incident is resolved. Reopen it by an update with the status “Investigating”."),
            code="incident_resolved",
        )
    if at < incident.updated_at:
        raise Refused(_("There is a later update already."), code="update_out_of_order")


def _write_update(
    incident: Incident, report: Report, moved: list[dict[str, Any]], by: User | None, at: datetime
) -> IncidentUpdate:
    body = report.body.strip()
    if not body:
        raise Refused(_("Write what people should know."), code="empty_update")
    update = IncidentUpdate.objects.create(
        incident=incident, status=report.status, body=body, html=render_message(body), affected=moved, at=at, by=by
    )
    _follow_updates(incident, at)
    return update


def _follow_updates(incident: Incident, at: datetime) -> None:
    """The incident's status is that of its newest update; the moments follow from it."""
    newest = incident.updates.order_by("-at", "-pk").values_list("status", flat=True)[0]
    incident.status = newest
    incident.resolved_at = at if newest == IncidentStatus.RESOLVED else None
    if newest == IncidentStatus.MONITORING:
        incident.monitoring_at = incident.monitoring_at or at
    elif newest != IncidentStatus.RESOLVED:
        incident.monitoring_at = None
    incident.updated_at = at
    incident.save(update_fields=["status", "resolved_at", "monitoring_at", "updated_at"])


def _news(update: IncidentUpdate, moved: list[dict[str, Any]]) -> dict[str, Any]:
    return {"update_id": update.pk, "status": str(update.status), "impacts": moved}


def _merged(first: list[dict[str, Any]], then: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two lists of moves as one: from each component's first old to its last new."""
    by_code = {move["code"]: dict(move) for move in first}
    for move in then:
        by_code[move["code"]] = {**move, "old": by_code.get(move["code"], move)["old"]}
    return [move for move in by_code.values() if move["old"] != move["new"]]


@transaction.atomic
def set_impact(
    *, incident: Incident, component: Component, status: str, by: User | None, now: datetime | None = None
) -> None:
    """Changes what an open incident does to one component, without a public update."""
    locked = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    at = moment(now) if now else moment_after(locked.updated_at, None)
    if not locked.is_open:
        raise Refused(_("This incident is resolved; it touches nothing any more."), code="incident_resolved")
    moved = lay_impacts(incident=locked, impacts={component: status}, at=at)
    if not moved:
        return
    locked.updated_at = max(at, locked.updated_at)
    locked.save(update_fields=["updated_at"])
    details = {"component_id": component.pk, "old": moved[0]["old"], "new": moved[0]["new"]}
    record(INCIDENT_IMPACT_CHANGED, about=locked, by=by, details=details, now=at)


@transaction.atomic
def revise_incident(*, incident: Incident, revision: Revision, by: User, now: datetime | None = None) -> Incident:
    """Corrects title, severity, impact or visibility. Nothing changed, nothing told."""
    locked = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    at = moment(now)
    wanted = {
        "title": revision.title.strip(),
        "severity": str(revision.severity),
        "impact_override": str(revision.impact_override),
        "is_public": revision.is_public,
    }
    changed = [name for name, value in wanted.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    for name in changed:
        setattr(locked, name, wanted[name])
    locked.updated_at = max(at, locked.updated_at)
    locked.save(update_fields=[*changed, "updated_at"])
    record(INCIDENT_REVISED, about=locked, by=by, details={"fields": ", ".join(changed)}, now=at)
    return locked
