from datetime import datetime

from django.db import models


class HealthQuerySet(models.QuerySet):
    def counted_before(self, moment: datetime) -> "HealthQuerySet":
        """Those that are to be counted again, the oldest first."""
        return self.filter(scored_at__lt=moment).order_by("scored_at", "pk")
