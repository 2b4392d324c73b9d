"""The clock of the portal: django-celery-beat's scheduler, which outlives a database that is away for a while."""

from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connections
from django_celery_beat.schedulers import DatabaseScheduler

WAIT_S = 5.0
log = structlog.get_logger("portal.system")


class SteadyScheduler(DatabaseScheduler):
    """Without its database it waits and asks again, instead of ending and taking the supervisor with it."""

    def tick(self, *arguments: Any, **options: Any) -> float:
        try:
            return super().tick(*arguments, **options)
        except (InterfaceError, OperationalError) as error:
            log.warning("clock_without_database", reason=type(error).__name__)
            connections.close_all()
            return WAIT_S
