"""What else is found: promotions, former titles; and how a measurement leaves no trace."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from helpcenter.actions import Manuscript, publish_article, update_article
from helpcenter.models import Article, Posting
from helpcenter.search import Asked, find
from helpcenter.tasks import learn_words, reindex
from tests.factories.helpcenter import ArticleFactory, PromotionFactory, ReadingDayFactory

pytestmark = pytest.mark.django_db


def titles(typed: str) -> list[str]:
    return [hit.title for hit in find(Asked.of(typed), among=Article.objects.all()).hits]


def renamed(article: Article, title: str, *, is_shown: bool) -> None:
    words = Manuscript(category=article.category, title=title, slug=article.slug, body="Words.")
    update_article(article=article, manuscript=words, by=None)
    if is_shown:
        publish_article(article=article, by=None)


def test_a_former_title_is_found_but_never_that_of_a_draft() -> None:
    article = ArticleFactory(title="Kestrel")
    renamed(article, "Falcon", is_shown=False)
    renamed(article, "Sparrow", is_shown=True)
    assert titles("kestrel") == ["Sparrow"]
    assert titles("falcon") == []


def test_a_promoted_article_stands_first_and_is_marked(client: Client) -> None:
    ArticleFactory(title="Refund")
    PromotionFactory(words="refund", article=ArticleFactory(title="Money back"))
    hidden = ArticleFactory(title="Secret", audience="engineering")
    PromotionFactory(words="refund", article=hidden)
    page = client.get("/help/search/?q=Refund").text
    assert page.index("Money back") < page.index('place=2"')
    assert page.count("Recommended") == 1
    assert "Secret" not in page


def test_what_is_read_most_stands_first_among_equals() -> None:
    ArticleFactory(title="Refund one")
    much = ArticleFactory(title="Refund two")
    ReadingDayFactory(article=much, views=500)
    learn_words()
    assert titles("refund") == ["Refund two", "Refund one"]


def test_everything_can_be_indexed_anew() -> None:
    ArticleFactory(title="Refund")
    before = sorted(Posting.objects.values_list("term", "body_count"))
    Posting.objects.update(body_count=9)
    assert reindex() == 1
    assert sorted(Posting.objects.values_list("term", "body_count")) == before


def test_a_measurement_prints_its_figures_and_leaves_no_trace(tmp_path: Path) -> None:
    ArticleFactory(title="Real refund")
    pages = [{"slug": "a", "title": "Refund of a plan", "body": "Money."}, {"slug": "b", "title": "Birds", "body": "x"}]
    (tmp_path / "articles.jsonl").write_text("\n".join(json.dumps(page) for page in pages))
    (tmp_path / "queries.tsv").write_text("how do I get a refund\ta\nbirds or plan\ta b\nzzz\ta\n")
    said = StringIO()
    call_command("search_quality", articles=tmp_path / "articles.jsonl", queries=tmp_path / "queries.tsv", stdout=said)
    assert "2 articles" in said.getvalue()
    assert "MRR@10 0.6667" in said.getvalue()
    assert "without result 33.33%" in said.getvalue()
    assert titles("refund") == ["Real refund"]
