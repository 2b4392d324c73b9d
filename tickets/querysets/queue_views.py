from typing import Any

from django.db import models
from django.db.models import Q

from tickets.states import Level


class QueueViewQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "QueueViewQuerySet":
        """One's own, everybody's, and those of one's teams; who shares views sees those of all teams."""
        teams = Level.values if user.has_perm("tickets.share_queueview") else _teams_of(user)
        return self.filter(Q(owner_id=user.pk) | Q(owner=None, level__in=["", *teams]))

    def offered_to(self, user: Any) -> "QueueViewQuerySet":
        return self.visible_to(user).filter(is_active=True)

    def owned_by(self, user: Any) -> "QueueViewQuerySet":
        return self.filter(owner_id=user.pk)


def _teams_of(user: Any) -> list[str]:
    return [level for level in Level.values if f"agent-{level}" in user.roles]
