"""Addresses outlive renames, archiving and moves; links in other articles follow."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from helpcenter.actions import (
    Manuscript,
    Shelf,
    archive_article,
    claim_outside_link,
    judge_outside_link,
    publish_article,
    submit_revision,
    update_article,
    update_category,
    withdraw_article,
)
from helpcenter.actions.articles import newest_revision
from helpcenter.models import Article, ArticleLink, Category
from helpcenter.tasks import check_links
from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory

pytestmark = pytest.mark.django_db
Settle = Callable[..., int]


def moved(article: Article, **place: object) -> Article:
    """The article at another place, its words as they were."""
    words = newest_revision(article)
    values = {"category": article.category, "slug": article.slug, "title": words.title, "body": words.body, **place}
    return update_article(article=article, manuscript=Manuscript(**values), by=None)


def renamed(category: Category, slug: str) -> Category:
    return update_category(category=category, shelf=Shelf(category.title, slug, audience=category.audience), by=None)


def written(article: Article, body: str) -> Manuscript:
    return Manuscript(article.category, article.title, article.slug, body)


def test_renames_of_article_and_category_answer_in_one_hop(client: Client) -> None:
    article = ArticleFactory(category__slug="alpha", slug="one")
    article = moved(article, slug="two")
    renamed(article.category, "beta")
    article = moved(Article.objects.whole().get(), category=CategoryFactory(slug="gamma"), slug="three")
    for old in ["/help/alpha/one", "/help/alpha/two", "/help/beta/one", "/help/beta/two"]:
        answer, copy = client.get(f"{old}/"), client.get(f"{old}.md")
        assert (answer.status_code, answer["Location"]) == (301, "/help/gamma/three/"), old
        assert (copy.status_code, copy["Location"]) == (301, "/help/gamma/three.md"), old
    assert client.get(article.permalink)["Location"] == "/help/gamma/three/"


def test_an_archived_article_leads_to_the_last_of_its_successors_in_one_hop(client: Client) -> None:
    first, second, third = (ArticleFactory(category__slug="guides", slug=f"part-{n}") for n in (1, 2, 3))
    first = moved(first, slug="was-one")
    archive_article(article=first, successor=second, by=None)
    archive_article(article=second, successor=third, by=None)
    for path in ["/help/guides/part-1/", "/help/guides/was-one/", "/help/guides/part-2/", first.permalink]:
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, "/help/guides/part-3/"), path
    assert client.get("/help/guides/part-2.md")["Location"] == "/help/guides/part-3.md"


def test_an_archived_article_without_successor_is_gone_and_offers_the_search(client: Client) -> None:
    article = ArticleFactory()
    archive_article(article=article, successor=None, by=None)
    page = client.get(article.get_absolute_url())
    assert page.status_code == 410
    assert 'name="q"' in page.text
    assert article.title not in page.text
    assert client.get(article.markdown_url).status_code == 410
    assert client.get(article.permalink).status_code == 410


def test_what_was_never_shown_is_not_even_gone(client: Client) -> None:
    draft, internal = ArticleFactory(state="draft"), ArticleFactory(category__audience="operations")
    for article in (draft, internal):
        archive_article(article=article, successor=ArticleFactory(), by=None)
        assert client.get(article.get_absolute_url()).status_code == 404
        assert client.get(article.permalink).status_code == 404


def test_a_successor_that_one_may_not_read_is_not_told(client: Client) -> None:
    article, hidden = ArticleFactory(), ArticleFactory(category__audience="operations")
    archive_article(article=article, successor=hidden, by=None)
    assert client.get(article.get_absolute_url()).status_code == 410


def test_links_in_other_articles_follow_a_move(client: Client, settle: Settle) -> None:
    target = ArticleFactory(category__slug="alpha", slug="one", body="## Steps")
    body = "See [it](/help/alpha/one/#steps), [me](/help/a/1/).\n\n```\n[it](/help/alpha/one/#steps)\n```"
    linking = ArticleFactory(body=body)
    moved(target, slug="two", category=CategoryFactory(slug="beta"))
    settle()
    linking = Article.objects.whole().get(pk=linking.pk)
    assert linking.live is not None
    assert (linking.live.number, linking.live.author) == (2, None)
    assert "See [it](/help/beta/two/#steps), [me](/help/a/1/)." in linking.live.body
    assert "```\n[it](/help/alpha/one/#steps)\n```" in linking.live.body
    assert "/help/beta/two/#steps" in client.get(linking.get_absolute_url()).text
    assert settle() == 0


def test_a_renamed_category_moves_the_links_to_all_of_its_articles(settle: Settle) -> None:
    shelf = CategoryFactory(slug="alpha")
    one, two = ArticleFactory(category=shelf, slug="one"), ArticleFactory(category=shelf, slug="two")
    linking = ArticleFactory(body="[1](/help/alpha/one/) and [2](/help/alpha/two.md)")
    renamed(shelf, "beta")
    settle()
    assert newest_revision(linking).body == "[1](/help/beta/one/) and [2](/help/beta/two.md)"
    assert {one.pk, two.pk} == set(ArticleLink.objects.values_list("target", flat=True))


def test_a_draft_beside_the_live_text_stays_a_draft_with_its_links_rewritten(settle: Settle) -> None:
    author = UserFactory()
    target = ArticleFactory(category__slug="alpha", slug="one")
    linking = ArticleFactory(body="Old [it](/help/alpha/one/)")
    update_article(article=linking, manuscript=written(linking, "New [it](/help/alpha/one/)"), by=author)
    submit_revision(article=linking, by=author)
    never_shown = ArticleFactory(state="draft", body="[it](/help/alpha/one/)")
    moved(target, slug="two")
    settle()
    linking = Article.objects.whole().get(pk=linking.pk)
    draft = newest_revision(linking)
    assert linking.live is not None
    assert linking.live.body == "Old [it](/help/alpha/two/)"
    assert (draft.body, draft.state, draft.author) == ("New [it](/help/alpha/two/)", "in_review", author)
    assert newest_revision(never_shown).body == "[it](/help/alpha/two/)"
    never_shown.refresh_from_db()
    assert never_shown.state == "draft"


def test_broken_links_within_the_help_center_are_known_at_once(settle: Settle) -> None:
    target = ArticleFactory(category__slug="alpha", slug="one", body="## Steps")
    hrefs = ["/help/alpha/one/", "/help/alpha/one/#steps", "/help/alpha/one/#gone", "/help/alpha/none/", "/nowhere/"]
    linking = ArticleFactory(body=" ".join(f"[x]({href})" for href in [*hrefs, "mailto:a@b.example", "/help/"]))

    def broken() -> set[str]:
        return set(linking.links.filter(broken_since__isnull=False).values_list("href", flat=True))

    settle()
    assert broken() == {"/help/alpha/one/#gone", "/help/alpha/none/", "/nowhere/"}
    withdraw_article(article=target, by=None)
    settle()
    assert broken() == {*hrefs}
    publish_article(article=target, by=None)
    ArticleFactory(category=target.category, slug="none")
    settle()
    assert broken() == {"/help/alpha/one/#gone", "/nowhere/"}


def test_a_public_article_that_links_to_an_internal_one_has_a_broken_link() -> None:
    ArticleFactory(category__slug="inside", category__audience="operations", slug="one")
    linking = ArticleFactory(body="[x](/help/inside/one/)")
    assert linking.links.get().problem == "Readers of this article may not open that one."


def test_links_outside_are_visited_once_a_week(now: datetime) -> None:
    ArticleFactory(body="[x](https://example.com/a) [y](https://example.com/b)")
    ArticleFactory(body="[x](https://example.com/a)")
    first = claim_outside_link(now=now)
    assert first is not None
    assert first.href == "https://example.com/a"
    assert claim_outside_link(now=now, but_hosts=["example.com"]) is None
    judge_outside_link(link=first, problem="It answers 404.", now=now)
    assert ArticleLink.objects.filter(broken_since=now).count() == 2
    second = claim_outside_link(now=now)
    assert second is not None
    assert second.href == "https://example.com/b"
    assert claim_outside_link(now=now + timedelta(days=6)) is None
    again = claim_outside_link(now=now + timedelta(days=8))
    assert again is not None
    judge_outside_link(link=again, problem="", now=now + timedelta(days=8))
    assert not ArticleLink.objects.filter(href=again.href, broken_since__isnull=False).exists()


def test_no_private_address_is_called_for_a_link() -> None:
    ArticleFactory(body="[x](http://10.0.0.1/admin)")
    assert check_links() == 1
    assert "not public" in ArticleLink.objects.get().problem


def test_publishing_keeps_links_up_to_date() -> None:
    article = ArticleFactory(body="[x](/help/) [y](https://example.com)", now=timezone.now())
    update_article(article=article, manuscript=written(article, "[y](https://example.com)"), by=None)
    assert article.links.count() == 2
    publish_article(article=article, by=None)
    assert [link.href for link in article.links.all()] == ["https://example.com"]
