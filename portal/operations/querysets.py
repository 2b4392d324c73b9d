from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q

from portal.operations.states import TaskState

FRESH_FOR = timedelta(minutes=3)


class TaskQuerySet(models.QuerySet):
    def open(self) -> "TaskQuerySet":
        return self.filter(state=TaskState.OPEN)

    def overdue(self, now: datetime) -> "TaskQuerySet":
        return self.open().filter(due_at__lt=now)

    def owned_by(self, user: Any) -> "TaskQuerySet":
        return self.filter(owner=user)

    def for_worklist_of(self, user: Any) -> "TaskQuerySet":
        """A person's own open tasks and those that nobody has taken yet."""
        return self.open().filter(Q(owner=user) | Q(owner=None))

    def by_urgency(self) -> "TaskQuerySet":
        return self.order_by(F("due_at").asc(nulls_last=True), "pk")


class ProbeResultQuerySet(models.QuerySet):
    def newest(self, now: datetime) -> "ProbeResultQuerySet":
        """The newest result of each probe, as far as it is recent: an older one says nothing of now."""
        recent = self.filter(probed_at__gt=now - FRESH_FOR, probed_at__lte=now)
        return recent.order_by("name", "-probed_at").distinct("name")
