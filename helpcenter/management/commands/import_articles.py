from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpcenter.actions import Order, import_folder
from helpcenter.states import Audience


class Command(BaseCommand):
    help = "Imports a folder of Markdown files with front matter; the same folder again changes only what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--category", default="", help="slug of the category for all files")
        parser.add_argument("--audience", default="", choices=Audience.values, help="who may read what is new")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        order = Order(folder, options["category"], options["audience"], options["dry_run"])
        delivered = import_folder(order=order, by=None)
        for line in delivered.lines:
            if options["verbosity"] > 1 or not line.startswith("same"):
                self.stdout.write(line)
        counted = ", ".join(f"{count} {what}" for what, count in sorted(delivered.counts.items())) or "no Markdown file"
        written, shown = delivered.written, delivered.rendered
        self.stdout.write(
            f"Callouts: {written.callouts} written, {shown.callouts} shown. "
            f"Blocks of code: {written.blocks} written, {shown.blocks} shown."
        )
        self.stdout.write(f"{'Would be: ' if order.dry_run else ''}{counted}.")
