from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from helpcenter.actions import (
    Manuscript,
    Shelf,
    create_article,
    create_category,
    publish_article,
    update_article,
    update_category,
    withdraw_article,
)
from helpcenter.actions.articles import WORDS, newest_revision
from helpcenter.models import Article, Category, Posting, Revision
from helpcenter.states import RESERVED_SLUGS, Audience
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory, FormerArticleSlugFactory

pytestmark = pytest.mark.django_db


def manuscript_of(article: Article, **changed: object) -> Manuscript:
    newest = newest_revision(article)
    values = {name: getattr(article, name) for name in ["category", "slug", "audience", "tiers", "position"]}
    return Manuscript(**{**values, **{name: getattr(newest, name) for name in WORDS}, **changed})


def told() -> list[str]:
    return list(Event.objects.oldest_first().values_list("name", flat=True))


def test_a_new_article_is_a_rendered_draft_that_nobody_finds(now: datetime) -> None:
    shelf = CategoryFactory()
    by = StaffFactory()
    article = create_article(manuscript=Manuscript(shelf, " Setup ", "setup", "## First\r\n\nWords."), by=by, now=now)
    article.refresh_from_db()
    assert (article.title, article.state, article.version, article.updated_at) == ("Setup", "draft", 0, now)
    written = article.revisions.get()
    assert (written.number, written.author, written.state, written.body) == (1, by, "draft", "## First\n\nWords.")
    assert '<h2 id="first">' in written.html
    assert not Posting.objects.exists()
    assert told() == ["article.written"]
    assert Event.objects.get().by_id == by.pk


def test_changed_words_are_a_draft_beside_what_readers_see_until_they_are_published(now: datetime) -> None:
    article = ArticleFactory(title="Old title", body="Old.", now=now)
    later = now + timedelta(days=1)
    manuscript = manuscript_of(article, title="New title", body="**New.**", note="Says more")
    update_article(article=article, manuscript=manuscript, by=None, now=later)
    article = Article.objects.whole().get(pk=article.pk)
    assert (article.title, article.version, article.updated_at) == ("Old title", 1, now)
    assert article.live is not None
    assert article.live.body == "Old."
    draft = newest_revision(article)
    assert (draft.number, draft.state, draft.note) == (2, "draft", "Says more")
    publish_article(article=article, by=None, now=later)
    article = Article.objects.whole().get(pk=article.pk)
    assert (article.title, article.version, article.updated_at) == ("New title", 2, later)
    assert article.live == draft
    assert article.published_at == now  # since when readers have it
    assert list(Revision.objects.newest_first().values_list("state", flat=True)) == ["published", "replaced"]
    assert told()[-2:] == ["article.revised", "article.published"]


def test_a_moved_article_stays_the_same_version(now: datetime) -> None:
    article = ArticleFactory(now=now)
    update_article(article=article, manuscript=manuscript_of(article, position=7), by=None)
    article.refresh_from_db()
    assert (article.version, article.updated_at, article.position) == (1, now, 7)


def test_saving_without_a_change_is_not_news() -> None:
    article = ArticleFactory()
    before = told()
    update_article(article=article, manuscript=manuscript_of(article), by=None)
    assert told() == before


def test_publishing_and_withdrawing_are_told_once(now: datetime) -> None:
    article = ArticleFactory(now=now)
    with pytest.raises(Refused) as refused:
        publish_article(article=article, by=None)
    assert refused.value.code == "article_published"
    withdraw_article(article=article, by=None)
    with pytest.raises(Refused):
        withdraw_article(article=article, by=None)
    assert told() == ["article.written", "article.published", "article.withdrawn"]


def test_no_two_articles_of_a_category_share_an_address() -> None:
    article = ArticleFactory()
    with pytest.raises(Refused) as refused:
        create_article(manuscript=Manuscript(article.category, "Other", article.slug, ""), by=None)
    assert refused.value.code == "slug_taken"


@pytest.mark.parametrize("slug", RESERVED_SLUGS)
def test_a_category_cannot_be_called_like_a_page_of_the_help_center(slug: str) -> None:
    with pytest.raises(Refused):
        create_category(shelf=Shelf("Search", slug), by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.create(title="Search", slug=slug)


def test_a_new_category_is_internal_unless_said_otherwise() -> None:
    assert create_category(shelf=Shelf("Runbooks", "runbooks"), by=None).audience == Audience.OPERATIONS


def test_a_renamed_article_answers_at_its_old_address_in_one_hop(client: Client) -> None:
    article = ArticleFactory(slug="first")
    old = article.get_absolute_url()
    for slug in ("second", "third"):
        article = update_article(article=article, manuscript=manuscript_of(article, slug=slug), by=None)
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (301, article.get_absolute_url())
    assert client.get(f"{old[:-1]}.md")["Location"] == article.markdown_url


def test_after_renames_of_article_and_category_the_oldest_address_answers_in_one_hop(client: Client) -> None:
    article = ArticleFactory(slug="first", category__slug="alpha")
    old = article.get_absolute_url()
    shelf = Shelf("Beta", "beta", audience=Audience.CUSTOMER)
    update_article(article=article, manuscript=manuscript_of(article, slug="second"), by=None)
    update_category(category=article.category, shelf=shelf, by=None)
    assert client.get(old)["Location"] == "/help/beta/second/"
    assert client.get("/help/alpha/second/")["Location"] == "/help/beta/second/"
    assert client.get("/help/alpha/")["Location"] == "/help/beta/"


def test_an_article_moved_to_another_category_is_found_from_the_old_one(client: Client) -> None:
    article = ArticleFactory(category__slug="alpha", slug="first")
    other = CategoryFactory(slug="beta")
    update_article(article=article, manuscript=manuscript_of(article, category=other), by=None)
    assert client.get("/help/alpha/first/")["Location"] == "/help/beta/first/"


def test_an_old_address_does_not_tell_of_an_article_one_may_not_read(client: Client) -> None:
    hidden = FormerArticleSlugFactory(article__category__audience=Audience.OPERATIONS, slug="old")
    assert client.get(f"/help/{hidden.category.slug}/old/").status_code == 404


def test_a_new_article_at_an_old_address_is_what_is_shown_there(client: Client) -> None:
    article = ArticleFactory(slug="first")
    update_article(article=article, manuscript=manuscript_of(article, slug="second"), by=None)
    fresh = ArticleFactory(category=article.category, slug="first", title="Fresh")
    assert "Fresh" in client.get(fresh.get_absolute_url()).text


def test_the_permalink_follows_every_rename(client: Client) -> None:
    article = ArticleFactory(slug="first")
    update_article(article=article, manuscript=manuscript_of(article, slug="second"), by=None)
    article.refresh_from_db()
    assert client.get(article.permalink)["Location"] == article.get_absolute_url()
