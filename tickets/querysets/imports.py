from datetime import datetime

from django.db import models

from tickets.states.imports import WAITS_FOR_A_WORKER


class DeskImportQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "DeskImportQuerySet":
        """Those that a worker is to take up, the oldest first."""
        return self.filter(next_at__lte=now).order_by("next_at", "pk")

    def ended_before(self, moment: datetime) -> "DeskImportQuerySet":
        """Those whose file is still kept although nobody did anything about them since."""
        return self.exclude(state__in=WAITS_FOR_A_WORKER).exclude(stored="").filter(ended_at__lt=moment).order_by("pk")
