"""What readers have beside the words: previews by link, following, related articles, series."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from helpcenter.actions import Manuscript, publish_article, update_article
from helpcenter.actions.articles import newest_revision
from helpcenter.models import Article, Follow, RelatedArticle, SeriesEntry
from helpcenter.querysets import preview_address
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.helpcenter import ArticleFactory, FollowFactory, ReadingDayFactory, SeriesFactory

pytestmark = pytest.mark.django_db
Settle = Callable[..., int]


def revised(article: Article, body: str) -> Article:
    return update_article(
        article=article, manuscript=Manuscript(article.category, article.title, article.slug, body), by=None
    )


def test_a_preview_shows_the_draft_to_whoever_has_the_link_until_it_is_published(client: Client) -> None:
    article = revised(ArticleFactory(body="Old words"), "New words")
    path = preview_address(newest_revision(article))
    page = client.get(path)
    assert page.status_code == 200
    assert "New words" in page.text
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]
    assert "New words" not in client.get(article.get_absolute_url()).text
    publish_article(article=article, by=None)
    over = client.get(path)
    assert over.status_code == 404
    assert "This preview has ended" in over.text


def test_a_preview_is_dead_once_replaced_or_too_old_or_for_another_article(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    article, other = ArticleFactory(state="draft"), ArticleFactory(state="draft")
    path = preview_address(newest_revision(article))
    assert client.get(path.replace(f"/a/{article.pk}/", f"/a/{other.pk}/")).status_code == 404
    monkeypatch.setattr(signing.time, "time", lambda: timezone.now().timestamp() + timedelta(days=8).total_seconds())
    assert client.get(path).status_code == 404
    monkeypatch.undo()
    assert client.get(path).status_code == 200
    revised(article, "Another")
    assert client.get(path).status_code == 404


def test_who_follows_gets_one_letter_per_version(client: Client, settle: Settle) -> None:
    article = ArticleFactory()
    settle()
    user = UserFactory()
    client.force_login(user)
    assert "Follow" in client.get(article.get_absolute_url()).text
    client.post(f"/help/a/{article.pk}/follow/")
    client.post(f"/help/c/{article.category_id}/follow/")
    client.post(f"/help/a/{article.pk}/follow/")
    assert Follow.objects.count() == 2
    assert "Unfollow" in client.get(article.get_absolute_url()).text
    editor = StaffFactory()
    FollowFactory(article=article, user=editor)
    revised(article, "New words")
    publish_article(article=article, by=editor)
    settle()
    assert Letter.objects.get().user_id == user.pk
    client.post(f"/help/a/{article.pk}/follow/", {"stop": "yes"})
    client.post(f"/help/c/{article.category_id}/follow/", {"stop": "yes"})
    revised(article, "Newer words")
    publish_article(article=article, by=editor)
    settle()
    assert Letter.objects.count() == 1


def test_a_follower_who_may_no_longer_read_gets_no_letter(settle: Settle) -> None:
    article = ArticleFactory(category__audience="operations")
    FollowFactory(article=article)
    settle()
    assert not Letter.objects.exists()


def test_following_needs_a_log_in_and_an_article_one_may_read(client: Client) -> None:
    hidden = ArticleFactory(category__audience="operations")
    assert client.post(f"/help/a/{hidden.pk}/follow/").status_code == 302
    client.force_login(UserFactory())
    assert client.post(f"/help/a/{hidden.pk}/follow/").status_code == 404
    assert client.post(f"/help/c/{hidden.category_id}/follow/").status_code == 404
    answer = client.post(
        f"/help/a/{ArticleFactory().pk}/follow/", headers={"HX-Request": "true", "HX-Target": "follow"}
    )
    assert "Unfollow" in answer.text
    assert "<html" not in answer.text


def test_picked_articles_come_first_and_hidden_ones_never(client: Client) -> None:
    article = ArticleFactory(title="Cards", keywords=["refund"])
    computed = ArticleFactory(title="Computed", keywords=["refund"])
    picked, hidden = ArticleFactory(title="Picked"), ArticleFactory(title="Hidden", category__audience="operations")
    RelatedArticle.objects.create(article=article, other=picked, position=2)
    RelatedArticle.objects.create(article=article, other=hidden, position=1)
    page = client.get(article.get_absolute_url()).text
    assert page.index(picked.get_absolute_url()) < page.index(computed.get_absolute_url())
    assert "Hidden" not in page


def test_a_series_leads_through_the_parts_one_may_open(client: Client) -> None:
    one, two, hidden, three = (ArticleFactory(title=f"Part {n}") for n in ("one", "two", "hidden", "three"))
    series = SeriesFactory(title="First steps")
    for position, part in enumerate([one, two, hidden, three]):
        SeriesEntry.objects.create(series=series, article=part, position=position)
    Article.objects.filter(pk=hidden.pk).update(audience="operations")
    page = client.get(two.get_absolute_url()).text
    assert "Part 2 of 3" in page
    assert f'rel="prev" href="{one.get_absolute_url()}"' in page
    assert f'rel="next" href="{three.get_absolute_url()}"' in page
    assert "Part hidden" not in page


def test_home_names_what_is_opened_most(client: Client) -> None:
    read = ArticleFactory(title="Much read")
    ReadingDayFactory(article=read, views=40)
    ReadingDayFactory(
        article=ArticleFactory(title="Long ago"), views=400, day=timezone.now().date() - timedelta(days=60)
    )
    hero = client.get("/").text.split("hero-links")[1].split("</p>")[0]
    assert "Much read" in hero
    assert "Long ago" not in hero


@pytest.mark.parametrize("extras", [0, 10])
def test_an_article_costs_three_queries_whatever_is_beside_it(
    client: Client, django_assert_num_queries: Any, extras: int
) -> None:
    article = ArticleFactory()
    series = SeriesFactory()
    for position in range(extras):
        other = ArticleFactory(category=article.category)
        RelatedArticle.objects.create(article=article, other=other, position=position)
        SeriesEntry.objects.create(series=series, article=other if position else article, position=position)
    client.get("/help/nothing/")
    with django_assert_num_queries(2 if extras else 3):
        client.get(article.get_absolute_url())


def test_for_the_signed_in_an_article_costs_no_more_than_their_log_in(
    client: Client, django_assert_num_queries: Any
) -> None:
    article = ArticleFactory()
    client.force_login(UserFactory())
    client.get("/help/nothing/")
    with django_assert_num_queries(3 + 2):  # session and person
        client.get(article.get_absolute_url())
