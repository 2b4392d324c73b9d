import re
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpcenter.states import Audience
from tickets.actions import ImportOrder, import_desk
from tickets.states.imports import ENDINGS, ImportKind, Origin


class Command(BaseCommand):
    help = (
        "Imports organizations, users, tickets (with comments), sections and articles of another desk from a folder. "
        "The same folder again changes nothing; nobody is written to and no clock starts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--from", dest="origin", choices=Origin.values, required=True, help="the format of the files"
        )
        parser.add_argument("--source", default="", help="a name for the other system; ids are unique within it")
        parser.add_argument("--batch", type=int, default=200, help="rows that are kept together")
        parser.add_argument("--audience", default=Audience.OPERATIONS, choices=Audience.values,
                            help="who reads the articles")  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        if not 1 <= options["batch"] <= 10_000:
            raise CommandError("A batch is between 1 and 10000 rows.")
        if not re.fullmatch(r"[\w-]{0,40}", options["source"]):
            raise CommandError("A source is named by letters, digits and dashes, 40 at most.")
        order = ImportOrder(
            folder=folder,
            endings=ENDINGS[options["origin"]],
            source=options["source"] or options["origin"],
            batch=options["batch"],
            audience=options["audience"],
            dry_run=options["dry_run"],
        )
        began = monotonic()
        delivered = import_desk(order=order, by=None)
        for problem in delivered.problems:
            self.stderr.write(f"left out  {problem}")
        for remark in delivered.remarks if options["verbosity"] > 1 else []:
            self.stdout.write(f"remark    {remark}")
        word = "would come" if order.dry_run else "came"
        for kind in ImportKind:
            counts = [one[kind] for one in (delivered.new, delivered.known, delivered.bad)]
            if any(counts):
                self.stdout.write(f"{kind.label}: {counts[0]} {word} over, {counts[1]} known, {counts[2]} left out.")
        took = monotonic() - began
        self.stdout.write(f"{sum(delivered.new.values())} rows in {took:.1f} s; {len(delivered.remarks)} remarks.")
