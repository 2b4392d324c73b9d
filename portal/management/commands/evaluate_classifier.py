from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from portal.lib.text.embedding import Unusable, embedder
from portal.lib.text.evaluation import BadFile, evaluate_classifier, read_labeled
from portal.lib.text.training import TooLittle


class Command(BaseCommand):
    help = "Trains a classifier on one CSV file (text,category), asks it the other, and prints how well it did."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--train", type=Path, required=True)
        parser.add_argument("--test", type=Path, required=True)
        parser.add_argument("--per-class", type=int, default=0, help="Learn only from the first N texts of each class.")
        parser.add_argument("--out-of-scope", default="", metavar="LABEL", help="The label of texts to be refused.")

    def handle(self, *, train: Path, test: Path, per_class: int, out_of_scope: str, **options: Any) -> None:
        try:
            learned, asked = read_labeled(train), read_labeled(test)
            if per_class > 0:
                learned = learned.first_of_each(per_class)
            lines = evaluate_classifier(learned, asked, embedder(), out_of_scope)
        except (BadFile, TooLittle, Unusable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(lines))
