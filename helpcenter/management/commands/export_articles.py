from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from helpcenter.actions import export_folder
from helpcenter.models import Article
from helpcenter.states import Audience


class Command(BaseCommand):
    help = (
        "Writes articles as they are shown, as Markdown with front matter and their files; import_articles reads them "
        "back. Older revisions, drafts beside a shown text, votes and figures are not in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--audience", default="", choices=Audience.values, help="only what these readers read")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is not an empty folder.")
        audience = options["audience"]
        wanted = Q(audience=audience) | Q(audience="", category__audience=audience) if audience else Q()
        articles = Article.objects.filter(wanted).whole().select_related("owner").in_order()
        written = export_folder(folder=folder, articles=articles)
        self.stdout.write(f"{written.articles} articles and {written.files} files in {folder}.")
