"""The clock of the portal: django-celery-beat's scheduler, which outlives a database that is away for a while."""

from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connections
from django_celery_beat.schedulers import DatabaseScheduler

WAIT_S = 5.0
log = structlog.get_logger("portal.system")


class SteadyScheduler(DatabaseScheduler):
    """Without its database it waits and asks again, instead of ending and taking the supervisor with it."""

    _has_entries = False

    def setup_schedule(self) -> None:
        """Left to the first tick that finds the database: a clock that waits in here could not be stopped."""

    def tick(self, *arguments: Any, **options: Any) -> float:
        try:
            self._has_entries = self._has_entries or self._install_entries()
            return super().tick(*arguments, **options) if self._has_entries else WAIT_S
        except (InterfaceError, OperationalError) as error:
            log.warning("clock_without_database", reason=type(error).__name__)
            connections.close_all()
            return WAIT_S

    def _install_entries(self) -> bool:
        """Writes the shipped entries. The library swallows what fails meanwhile, so whether they stand is asked."""
        self._initial_read = True  # a read that broke off would count as done, with no schedule to show for it
        super().setup_schedule()
        missing = set(self.app.conf.beat_schedule) - set(self.Model.objects.values_list("name", flat=True))
        if missing:
            log.error("clock_lacks_entries", entries=sorted(missing))
        return not missing
