from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F

from portal.operations.states import TaskState


class TaskQuerySet(models.QuerySet):
    def open(self) -> "TaskQuerySet":
        return self.filter(state=TaskState.OPEN)

    def overdue(self, now: datetime) -> "TaskQuerySet":
        return self.open().filter(due_at__lt=now)

    def owned_by(self, user: Any) -> "TaskQuerySet":
        return self.filter(owner=user)

    def by_urgency(self) -> "TaskQuerySet":
        return self.order_by(F("due_at").asc(nulls_last=True), "pk")
