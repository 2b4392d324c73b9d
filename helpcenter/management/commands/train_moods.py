from typing import Any

from django.core.management.base import BaseCommand

from helpcenter.answers.moods import MODEL, shipped_model
from portal.lib.text.sentiment import start_set
from portal.lib.text.training import train_sentiment


class Command(BaseCommand):
    help = (
        "Makes the model by which Ask notices anger, from the start set of moods, and puts it beside the code that "
        "reads it. For whoever changes the start set; the result is shipped. The same examples make the same model."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        model = train_sentiment(*start_set(), None)
        MODEL.write_bytes(model.to_bytes())
        shipped_model.cache_clear()
        self.stdout.write(f"{MODEL.name}: {MODEL.stat().st_size // 1024} kB, held out {model.about.scores}")
