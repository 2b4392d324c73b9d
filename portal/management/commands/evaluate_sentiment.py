from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from portal.lib.text.embedding import Unusable, embedder
from portal.lib.text.evaluation import BadFile, evaluate_sentiment, read_labeled
from portal.lib.text.training import TooLittle


class Command(BaseCommand):
    help = "Trains a model of moods on one CSV file, asks it the other, and prints how well it did."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--train", type=Path, required=True)
        parser.add_argument("--test", type=Path, required=True)

    def handle(self, *, train: Path, test: Path, **options: Any) -> None:
        try:
            lines = evaluate_sentiment(read_labeled(train), read_labeled(test), embedder())
        except (BadFile, TooLittle, Unusable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(lines))
