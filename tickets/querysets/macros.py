from typing import Any

from django.db import models
from django.db.models import Q


class TagQuerySet(models.QuerySet):
    def offered(self) -> "TagQuerySet":
        return self.filter(is_active=True)


class MacroQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "MacroQuerySet":
        """Shared ones and one's own."""
        return self.filter(Q(is_shared=True) | Q(owner_id=user.pk))

    def offered_to(self, user: Any) -> "MacroQuerySet":
        return self.visible_to(user).filter(is_active=True)
