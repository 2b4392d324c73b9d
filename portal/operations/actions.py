from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.events.listeners import EventType
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.storable import storable
from portal.operations.events import TASK_DONE, TASK_DROPPED, TASK_OPENED, TASK_TAKEN
from portal.operations.models import ProbeResult, Task
from portal.operations.probes import reading_of
from portal.operations.states import TaskState

READINGS_KEPT_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Work:
    """What somebody on the staff is to do. The same `key` opens one task, however often it is asked for."""

    title: str
    key: str | None = None
    about: models.Model | None = None
    owner: User | None = None
    due_at: datetime | None = None


@transaction.atomic
def open_task(work: Work, *, by: User | None, now: datetime | None = None) -> Task:
    """Opens a task; with a key that is already known it answers the task that stands."""
    at = moment(now)
    fields = {
        "title": work.title[:200],
        "about_type": work.about._meta.label_lower if work.about else "",
        "about_id": str(work.about.pk) if work.about else "",
        "owner": work.owner,
        "due_at": work.due_at,
        "opened_at": at,
    }
    if work.key is None:
        task, made = Task.objects.create(**fields), True
    else:
        task, made = Task.objects.get_or_create(key=work.key, defaults=fields)
    if made:
        record(TASK_OPENED, about=task, by=by, now=at)
    return task


@transaction.atomic
def take_task(*, task: Task, by: User, now: datetime | None = None) -> Task:
    """Makes the task one's own, also when a colleague had it."""
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.state != TaskState.OPEN:
        raise Refused(_("This task is already closed."), code="task_closed")
    if locked.owner_id != by.pk:
        locked.owner = by
        locked.save(update_fields=["owner"])
        record(TASK_TAKEN, about=locked, by=by, now=now)
    return locked


def finish_task(*, task: Task, found: str, by: User, now: datetime | None = None) -> Task:
    """Ticks a task off, with what was found."""
    return _close(task, TaskState.DONE, TASK_DONE, found, by, now)


def drop_task(*, task: Task, found: str, by: User, now: datetime | None = None) -> Task:
    """Closes a task that need not be done, with the reason."""
    return _close(task, TaskState.DROPPED, TASK_DROPPED, found, by, now)


@transaction.atomic
def _close(task: Task, state: TaskState, event: EventType, found: str, by: User, now: datetime | None) -> Task:
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.state != TaskState.OPEN:
        raise Refused(_("This task is already closed."), code="task_closed")
    locked.state, locked.found, locked.closed_at, locked.closed_by = state, found, moment(now), by
    locked.save(update_fields=["state", "found", "closed_at", "closed_by"])
    record(event, about=locked, by=by, now=now)
    return locked


def keep_reading(*, name: str, now: datetime | None = None) -> ProbeResult:
    """Runs one probe and keeps what it found."""
    found, took_ms = reading_of(name)
    return ProbeResult.objects.create(
        name=name,
        is_ok=found.is_ok,
        detail=storable(found.detail)[:300],
        figures=found.figures,
        took_ms=round(took_ms, 1),
        probed_at=moment(now),
    )


def forget_readings(*, now: datetime | None = None) -> int:
    """Forgets readings older than two weeks; answers how many."""
    return ProbeResult.objects.filter(probed_at__lt=moment(now) - READINGS_KEPT_FOR).delete()[0]
