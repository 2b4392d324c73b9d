import os
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connections

from portal.management import capacity
from portal.management.processes import PROCESSES, arguments, figures_folder


class Command(BaseCommand):
    help = "Becomes the process that PROCESS names (web, worker or beat), once the database is fit for it."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        if settings.PROCESS not in PROCESSES:
            raise CommandError(f"Set PROCESS to {', '.join(PROCESSES)}.")
        capacity.refuse_overbooking()
        capacity.refuse_old_tables()
        connections.close_all()
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", figures_folder())
        command = arguments(settings.PROCESS)
        os.execv(command[0], command)  # noqa: S606  # no shell wanted: signals must reach the process itself
