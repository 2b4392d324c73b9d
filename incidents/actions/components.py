"""What is shown of the product, and what is asserted of its parts."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.events import COMPONENT_ADDED, COMPONENT_REVISED, COMPONENT_STATUS_CHANGED, GROUP_REVISED
from incidents.models import Component, ComponentGroup, ComponentStatusChange
from incidents.states import ASSERTED, ComponentStatus, Source
from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment, moment_after
from portal.lib.refusals import Refused


@transaction.atomic
def keep_group(*, group: ComponentGroup, by: User | None, now: datetime | None = None) -> ComponentGroup:
    """Saves a new or edited group."""
    at = moment(now)
    group.created_at = group.created_at or at
    group.updated_at = at
    group.save()
    record(GROUP_REVISED, about=group, by=by, now=at)
    return group


@transaction.atomic
def keep_component(*, component: Component, by: User | None, now: datetime | None = None) -> Component:
    """Saves a new or edited component: everything but its status, which only `set_component_status` moves.

    A new one is tracked from now on, unless `tracked_since` says otherwise.
    """
    at = moment(now)
    is_new = component.pk is None
    component.updated_at = at
    if is_new:
        component.created_at = at
        component.tracked_since = component.tracked_since or at
        component.status = ComponentStatus.OPERATIONAL
        component.save()
    else:
        component.save(
            update_fields=["name", "description", "group", "position", "is_public", "tracked_since", "updated_at"]
        )
    record(COMPONENT_ADDED if is_new else COMPONENT_REVISED, about=component, by=by, now=at)
    return component


@transaction.atomic
def set_component_status(
    *,
    component: Component,
    status: str,
    by: User | None,
    reason: str = "",
    source: str = Source.STAFF,
    now: datetime | None = None,
) -> Component:
    """Moves a component's baseline and keeps the step for its history. The same status again does nothing."""
    if status not in ASSERTED:
        raise Refused(_("A component cannot be set to this status."), code="status_unknown")
    locked = Component.objects.select_for_update(of=("self",)).get(pk=component.pk)
    at = moment(now) if now else moment_after(locked.updated_at, None)
    if locked.status == status:
        return locked
    if locked.status_changes.filter(at__gt=at).exists():
        raise Refused(_("This component was moved at a later moment already."), code="status_out_of_order")
    step = ComponentStatusChange(component=locked, old=locked.status, new=status, source=source, by=by, at=at)
    step.reason = reason[:300]
    step.save()
    locked.status, locked.updated_at = status, at
    locked.save(update_fields=["status", "updated_at"])
    details = {"old": step.old, "new": str(status), "source": str(source)}
    record(COMPONENT_STATUS_CHANGED, about=locked, by=by, details=details, now=at)
    return locked
