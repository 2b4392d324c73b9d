from typing import Any

from django.core.management.base import BaseCommand

from helpcenter.tasks import embed_passages, learn_words, reindex


class Command(BaseCommand):
    help = "Makes anew what search keeps of every published article. Searches go on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reindex()} articles indexed.")
        learn_words()
        self.stdout.write(f"{embed_passages()} passages got a vector; workers make the rest.")
