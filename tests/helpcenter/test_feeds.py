"""What machines read of the help center."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from helpcenter.actions import Phrase, Upload, add_asset, create_snippet, publish_article, update_article
from tests.factories.helpcenter import ArticleFactory, CategoryFactory
from tests.helpcenter.test_articles import manuscript_of
from tests.helpcenter.test_files import WEBM, png

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_has_public_articles_the_latest_change_first(client: Client, now: datetime) -> None:
    past = now - timedelta(days=9)
    first = ArticleFactory(title="First & <b>", summary="One sentence.", now=past)
    second = ArticleFactory(title="Second", now=past + timedelta(days=1))
    ArticleFactory(category=CategoryFactory(audience="operations"))
    ArticleFactory(state="draft")
    update_article(article=first, manuscript=manuscript_of(first, body="New."), by=None, now=now)
    publish_article(article=first, by=None, now=now)
    answer = client.get("/help/feed.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert [one.findtext(f"{ATOM}title") for one in feed.iter(f"{ATOM}entry")] == ["First & <b>", "Second"]
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}id", "").endswith(first.permalink)
    assert entry.findtext(f"{ATOM}updated") == now.isoformat()
    assert second.permalink in answer.content.decode()


def test_an_empty_feed_is_still_a_feed(client: Client) -> None:
    assert ElementTree.fromstring(client.get("/help/feed.atom").content).find(f"{ATOM}entry") is None


def test_the_site_map_tells_of_clips_that_anybody_may_see(client: Client) -> None:
    public = ArticleFactory(summary="A tour.")
    internal = ArticleFactory(category=CategoryFactory(audience="operations"))
    for article in (public, internal):
        for name, content in {"tour.webm": WEBM, "tour.png": png(), "bare.webm": WEBM}.items():
            add_asset(article=article, upload=Upload(name, content, "A tour"), by=None)
    told = client.get("/sitemap.xml").content.decode()
    ElementTree.fromstring(told)
    assert f"/help/a/{public.pk}/files/tour.webm</video:content_loc>" in told
    assert f"/help/a/{public.pk}/files/tour.png</video:thumbnail_loc>" in told
    assert "bare.webm" not in told
    assert f"/help/a/{internal.pk}/" not in told


def test_the_page_says_what_it_is_without_a_script(client: Client) -> None:
    create_snippet(phrase=Phrase("x", "y"), by=None)
    page = client.get(ArticleFactory(title="Set up", summary="How.").get_absolute_url()).content.decode()
    assert 'itemtype="https://schema.org/TechArticle"' in page
    assert '<h1 itemprop="headline">Set up</h1>' in page
    assert 'type="application/atom+xml"' in page
