from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpcenter.actions import calibrate
from helpcenter.answers.quality import fare
from helpcenter.management.commands.search_quality import distractors_of, judged_of, pages_of
from helpcenter.models import Article
from helpcenter.search import semantic
from helpcenter.search.scratch import embed, fill, scratch
from portal.lib.clock import moment
from portal.lib.text.embedding import embedder

_PATIENT_S = 60.0  # a measurement waits for every vector


class Command(BaseCommand):
    help = (
        "Measures how often answers are right: each question is asked with its article present, then with it removed. "
        "How sure an answer may be is learned from the articles alone, as in production. Nothing of it touches the "
        "portal's own articles: the set stands in temporary tables that are gone afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--articles", type=Path, required=True, help="lines of JSON: slug, title, body")
        parser.add_argument("--queries", type=Path, required=True, help="lines of question, tab, slugs between spaces")
        parser.add_argument(
            "--distractors",
            type=Path,
            action="append",
            default=[],
            help="further articles that answer nothing: lines of JSON, or a folder of Markdown split by heading",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        model = embedder()
        if model is None:
            raise CommandError("There is no language model: run manage.py fetch_model.")
        corpus = [
            *pages_of(options["articles"]),
            *(page for one in options["distractors"] for page in distractors_of(one)),
        ]
        questions, now = judged_of(options["queries"]), moment(None)
        try:
            with scratch():
                fill(corpus, now=now)
                embed(model)
                semantic.load()
                semantic.hold_still(patience_s=_PATIENT_S)
                learned = calibrate(now=now)
                fared = fare(questions, among=Article.objects.shown(now))
        finally:
            semantic.forget()
        self.stdout.write(f"{len(corpus)} articles, {len(questions)} questions, each asked twice")
        self.stdout.write(f"learned from the articles: {learned.measured if learned else 'nothing, too few'}")
        for line in fared.lines():
            self.stdout.write(line)
