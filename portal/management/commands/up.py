import http.client
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from portal.lib.supervisor import Program, Supervisor
from portal.management import capacity, prepare
from portal.management.commands.demo import log_ins
from portal.management.local import NOTES
from portal.management.processes import PROCESSES, arguments, figures_folder

_QUIET = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}  # one's own machine is no server


class Command(BaseCommand):
    help = "Runs the whole portal on this machine: web server, worker and beat, with embedded servers unless named."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="Furnish the demo tenant when the portal is empty.")

    def handle(self, *, demo: bool, **options: Any) -> None:
        capacity.refuse_overbooking()
        prepare.tables(self.say)
        prepare.static_files(self.say)
        prepare.language_model(self.say)
        if demo:
            call_command("demo", stdout=self.stdout)
        prepare.status_page()
        connections.close_all()
        shared = {**_QUIET, "PROMETHEUS_MULTIPROC_DIR": figures_folder()}
        programs = [Program(name, arguments(name), {"PROCESS": name, **shared}) for name in PROCESSES]
        supervisor = Supervisor(programs, notes=settings.LOCAL_DIR / NOTES)
        self.say("Starting web, worker and beat …")
        code = supervisor.run(is_ready=_is_ready, announce=lambda: supervisor.say(_welcome(demo)))
        if code:
            raise CommandError("The portal stopped because one of its processes did.", returncode=code)
        self.say("Stopped.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _is_ready() -> bool:
    site = urlsplit(settings.SITE_URL).netloc
    asked = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=5)
    try:
        asked.request("GET", "/health/ready", headers={"Host": site})
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _welcome(demo: bool) -> str:
    lines = ["", f"Ready: {settings.SITE_URL}/", ""]
    if demo and settings.LOCAL:
        found = log_ins()
        widths = [max([len(row[column]) for row in found], default=0) for column in range(3)]
        lines += ["  " + "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in found]
        lines += [""] if found else []
    return "\n".join([*lines, f"Ctrl-C stops everything; the records stay in {settings.LOCAL_DIR}.", ""])
