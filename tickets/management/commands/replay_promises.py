from typing import Any

from django.core.management import BaseCommand, CommandError

from tickets.actions import replay_promises


class Command(BaseCommand):
    help = "Rebuilds every timer of every ticket from its events; what differs is told here and as tasks for the lead."

    def handle(self, **options: Any) -> None:
        tickets, differences, after = 0, 0, 0
        while True:
            seen = replay_promises(after=after)
            tickets += seen.tickets
            differences += len(seen.differences)
            for one in seen.differences:
                self.stderr.write(str(one))
            if seen.last is None:
                break
            after = seen.last
        if differences:
            raise CommandError(f"{differences} differences in {tickets} tickets.")
        self.stdout.write(f"{tickets} tickets: every timer is what its events tell.")
