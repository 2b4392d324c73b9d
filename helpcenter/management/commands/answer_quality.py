from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpcenter.actions import calibrate
from helpcenter.answers.learning import NOTHING, Seen, see
from helpcenter.answers.quality import fare, half_of, held_out
from helpcenter.management.commands.search_quality import distractors_of, judged_of, pages_of
from helpcenter.models import Article
from helpcenter.search import semantic
from helpcenter.search.quality import Judged
from helpcenter.search.scratch import Page, embed, fill, scratch
from portal.lib.clock import moment
from portal.lib.text.embedding import Embedder, embedder

_PATIENT_S = 60.0  # a measurement waits for every vector


class Command(BaseCommand):
    help = (
        "Measures how often answers are right: each question is asked with its article present, then with it removed; "
        "one with “-” in place of slugs is answered by nothing. The shipped weights were learned on half 0 of a public "
        "set (by the hash of a question's first slug), so half 1 is the one to believe there. Nothing of it touches "
        "the portal's own articles: the set stands in temporary tables that are gone afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--articles", type=Path, required=True, help="lines of JSON: slug, title, body; or a folder of Markdown"
        )
        parser.add_argument("--queries", type=Path, required=True, help="lines of question, tab, slugs between spaces")
        parser.add_argument(
            "--distractors",
            type=Path,
            action="append",
            default=[],
            help="further articles that answer nothing: lines of JSON, or a folder of Markdown split by heading",
        )
        parser.add_argument("--half", type=int, choices=[0, 1], help="ask the questions of one half of the articles")
        parser.add_argument(
            "--learn",
            action="store_true",
            help="learn weights on each half of the articles and measure them on the other, not the shipped ones",
        )
        parser.add_argument(
            "--beside",
            type=Path,
            nargs=2,
            action="append",
            default=[],
            metavar=("ARTICLES", "QUERIES"),
            help="with --learn: a further set that counts as much",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["learn"] and options["half"] is not None:
            raise CommandError("--learn measures each half by what the other teaches: leave --half out.")
        model = embedder()
        if model is None:
            raise CommandError("There is no language model: run manage.py fetch_model.")
        corpus = [
            *pages_of(options["articles"]),
            *(page for one in options["distractors"] for page in distractors_of(one)),
        ]
        questions = [one for one in _questions(options["queries"]) if options["half"] in (None, half_of(one))]
        if options["learn"]:
            beside = [(pages_of(articles), _questions(queries)) for articles, queries in options["beside"]]
            lines = held_out([_seen(pages, asked, model) for pages, asked in [(corpus, questions), *beside]])
        else:
            lines = _measured(corpus, questions, model)
        self.stdout.write(f"{len(corpus)} articles, {len(questions)} questions, each asked twice")
        for line in lines:
            self.stdout.write(line)


def _questions(path: Path) -> list[Judged]:
    return [Judged(one.query, one.slugs - {NOTHING}) for one in judged_of(path)]


def _measured(corpus: list[Page], questions: list[Judged], model: Embedder) -> list[str]:
    """As in production: with what the portal learns by itself from known questions, if any are about these."""
    now = moment(None)
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
    taught = learned.measured if learned else "nothing, the shipped threshold holds"
    return [f"learned from known questions: {taught}", *fared.lines()]


def _seen(corpus: list[Page], questions: list[Judged], model: Embedder) -> list[Seen]:
    now = moment(None)
    with scratch():
        fill(corpus, now=now)
        embed(model)
        return list(see(questions, Article.objects.shown(now), model))
