"""Text written once and used in many articles."""

from datetime import datetime

import pytest
from django.test import Client

from helpcenter.actions import (
    Phrase,
    create_snippet,
    publish_article,
    remove_snippet,
    update_article,
    update_snippet,
)
from helpcenter.actions.articles import newest_revision
from helpcenter.models import Article, Passage
from helpcenter.receivers import bring_the_snippet_to_its_articles
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.helpcenter import ArticleFactory
from tests.helpcenter.test_articles import manuscript_of, told

pytestmark = pytest.mark.django_db


def test_an_article_names_a_snippet_and_readers_see_its_words(client: Client) -> None:
    create_snippet(phrase=Phrase("product", "Quant **Edge**\n"), by=None)
    article = ArticleFactory(body="Open {{ product }}.")
    assert article.live.uses == ["product"]
    assert "<strong>Edge</strong>" in client.get(article.get_absolute_url()).content.decode()
    assert client.get(article.markdown_url).content.decode().endswith("Open Quant **Edge**.")


def test_a_name_that_no_snippet_has_is_refused_at_saving() -> None:
    with pytest.raises(Refused, match="called gone, lost") as refusal:
        ArticleFactory(body="{{ lost }} and {{ gone }}, not `{{ code }}`")
    assert refusal.value.code == "snippet_unknown"


def test_one_edit_reaches_every_article_and_what_finds_it(now: datetime) -> None:
    snippet = create_snippet(phrase=Phrase("limit", "ten signals"), by=None)
    shown = ArticleFactory(body="## Why {{ limit }}?\n\nThere are {{ limit }} a day.")
    other = ArticleFactory(body="Nothing of it.")
    written = ArticleFactory(body="Old words.")
    update_article(article=written, manuscript=manuscript_of(written, body="At most {{ limit }}."), by=None)
    update_snippet(snippet=snippet, phrase=Phrase("limit", "twelve alerts"), by=None)
    bring_the_snippet_to_its_articles(Event.objects.get(name="snippet.revised"))
    live = Article.objects.whole().get(pk=shown.pk)
    assert "There are twelve alerts a day." in live.live.text
    assert '<h2 id="why-twelve-alerts"><span id="why-ten-signals"></span>' in live.live.html
    assert (live.version, live.updated_at) == (shown.version, shown.updated_at)
    assert Passage.objects.filter(article=shown, text__contains="twelve alerts").exists()
    assert newest_revision(written).text == "At most twelve alerts."
    assert Article.objects.whole().get(pk=written.pk).live.text == "Old words."
    refreshed = set(Event.objects.filter(name="article.refreshed").values_list("about_id", flat=True))
    assert refreshed == {str(shown.pk), str(written.pk)}
    assert str(other.pk) not in refreshed


def test_a_snippet_that_did_not_change_is_not_news() -> None:
    snippet = create_snippet(phrase=Phrase("limit", "ten"), by=None)
    before = told()
    update_snippet(snippet=snippet, phrase=Phrase("limit", "ten\n"), by=None)
    assert told() == before


def test_a_snippet_in_use_cannot_go_nor_be_renamed_nor_bring_in_another() -> None:
    snippet = create_snippet(phrase=Phrase("limit", "ten"), by=None)
    article = ArticleFactory(body="{{ limit }}")
    with pytest.raises(Refused, match="still uses this"):
        remove_snippet(snippet=snippet, by=None)
    with pytest.raises(Refused, match="keeps its name"):
        update_snippet(snippet=snippet, phrase=Phrase("bound", "ten"), by=None)
    with pytest.raises(Refused, match="cannot bring in another"):
        create_snippet(phrase=Phrase("outer", "at most {{ limit }}"), by=None)
    with pytest.raises(Refused, match="has this name"):
        create_snippet(phrase=Phrase("limit", "ten"), by=None)
    update_article(article=article, manuscript=manuscript_of(article, body="ten"), by=None)
    publish_article(article=article, by=None)
    remove_snippet(snippet=snippet, by=None)


def test_a_reworded_heading_keeps_its_anchor_for_readers(client: Client) -> None:
    article = ArticleFactory(body="## Limits of the trial\n\nTen a day.")
    manuscript = manuscript_of(article, body="## How much can I try?\n\nTen a day.")
    publish_article(article=update_article(article=article, manuscript=manuscript, by=None), by=None)
    page = client.get(article.get_absolute_url()).content.decode()
    assert '<h2 id="how-much-can-i-try"><span id="limits-of-the-trial"></span>' in page
