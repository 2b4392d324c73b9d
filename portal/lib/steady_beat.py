"""The clock of the portal: django-celery-beat's scheduler, which outlives a database that is away for a while."""

import time
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connections
from django_celery_beat.schedulers import DatabaseScheduler

WAIT_S = 5.0
log = structlog.get_logger("portal.system")


class SteadyScheduler(DatabaseScheduler):
    """Without its database it waits and asks again, instead of ending and taking the supervisor with it."""

    def setup_schedule(self) -> None:
        while True:
            try:
                return super().setup_schedule()
            except (InterfaceError, OperationalError) as error:
                self._note(error)
                time.sleep(WAIT_S)

    def tick(self, *arguments: Any, **options: Any) -> float:
        try:
            return super().tick(*arguments, **options)
        except (InterfaceError, OperationalError) as error:
            self._note(error)
            return WAIT_S

    def _note(self, error: Exception) -> None:
        log.warning("clock_without_database", reason=type(error).__name__)
        connections.close_all()
