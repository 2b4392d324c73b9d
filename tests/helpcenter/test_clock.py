"""What the clock does: beginnings, ends, reviews, views; pages that are kept do not outlive a turn."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from helpcenter.actions import (
    Care,
    Window,
    change_care,
    open_review_tasks,
    publish_article,
    remind_next_review,
    turn_next_page,
    verify_article,
)
from helpcenter.models import Article, ReadingDay, SearchDocument
from helpcenter.tasks import index_missing, keep_views, remind_reviews, turn_pages
from portal.events.models import Event
from portal.operations.models import Task
from portal.outbox.models import Letter
from portal.web import page_cache
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.helpcenter import ArticleFactory

pytestmark = pytest.mark.django_db
Settle = Callable[..., int]


def draft_shown(window: Window, now: datetime, **values: Any) -> Article:
    article = ArticleFactory(state="draft", now=now, **values)
    return publish_article(article=article, by=None, window=window, now=now)


def test_a_scheduled_article_is_announced_once_and_an_ended_one_expires(now: datetime) -> None:
    soon = draft_shown(Window(begins=now + timedelta(hours=1)), now)
    ending = draft_shown(Window(ends=now + timedelta(hours=2)), now)
    assert not turn_next_page(now=now)
    assert turn_next_page(now=now + timedelta(hours=1))
    assert not turn_next_page(now=now + timedelta(hours=1))
    assert Event.objects.filter(name="article.published", about_id=str(soon.pk)).count() == 1
    assert turn_next_page(now=now + timedelta(hours=2))
    ending.refresh_from_db()
    assert ending.state == "draft"
    assert Event.objects.filter(name="article.expired", about_id=str(ending.pk)).count() == 1


def test_the_task_turns_all_that_is_due() -> None:
    earlier = timezone.now() - timedelta(hours=2)
    for _ in range(3):
        draft_shown(Window(begins=earlier + timedelta(hours=1)), earlier)
    assert turn_pages() == 3
    assert turn_pages() == 0


class Clock:
    """Moves the one clock that pages and actions read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.at)
        monkeypatch.setattr(page_cache.time, "time", lambda: self.at.timestamp())

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_kept_page_does_not_outlive_the_end_of_an_article(client: Client, settle: Settle, clock: Clock) -> None:
    article = draft_shown(Window(ends=clock.at + timedelta(seconds=20)), clock.at, title="Fleeting")
    settle()
    paths = [article.get_absolute_url(), "/", "/help/", article.category.get_absolute_url()]
    for path in paths:
        assert "Fleeting" in client.get(path).text
    clock.move(seconds=19)
    for path in paths:
        assert "Fleeting" in client.get(path).text
    clock.move(seconds=2)
    for path in paths:
        assert "Fleeting" not in client.get(path).text, path


def test_a_kept_page_does_not_hide_what_begins(client: Client, settle: Settle, clock: Clock) -> None:
    shelf = ArticleFactory(now=clock.at).category
    coming = draft_shown(Window(begins=clock.at + timedelta(seconds=20)), clock.at, title="Coming", category=shelf)
    settle()
    paths = ["/", "/help/", shelf.get_absolute_url()]
    for path in paths:
        assert "Coming" not in client.get(path).text
    assert client.get(coming.get_absolute_url()).status_code == 404
    clock.move(seconds=21)
    for path in [*paths, coming.get_absolute_url()]:
        assert "Coming" in client.get(path).text, path


def test_an_empty_help_center_is_not_kept_longer_either(client: Client, settle: Settle, clock: Clock) -> None:
    draft_shown(Window(begins=clock.at + timedelta(seconds=20)), clock.at, title="The first")
    settle()
    assert "The first" not in client.get("/help/").text
    clock.move(seconds=21)
    assert "The first" in client.get("/help/").text


def test_the_owner_is_reminded_once_and_a_task_opens_after_a_week(now: datetime, settle: Settle) -> None:
    owner = StaffFactory()
    article = ArticleFactory(now=now)
    change_care(article=article, care=Care(owner, 30), by=None, now=now)
    due = now + timedelta(days=30)
    assert not remind_next_review(now=due - timedelta(seconds=1))
    assert remind_next_review(now=due)
    assert not remind_next_review(now=due + timedelta(days=1))
    settle()
    assert Letter.objects.filter(user_id=owner.pk).count() == 1
    assert open_review_tasks(now=due + timedelta(days=6)) == 0
    assert open_review_tasks(now=due + timedelta(days=7)) == 1
    open_review_tasks(now=due + timedelta(days=8))
    assert Task.objects.get().owner == owner
    verify_article(article=article, by=owner, now=due + timedelta(days=8))
    article.refresh_from_db()
    assert article.review_due_at == due + timedelta(days=38)
    assert not remind_next_review(now=due + timedelta(days=9))


def test_a_review_without_owner_is_a_task_at_once() -> None:
    ArticleFactory(now=timezone.now() - timedelta(days=40))
    Article.objects.update(review_every_days=30, review_due_at=timezone.now() - timedelta(days=10))
    assert remind_reviews() == 1
    assert Task.objects.get().owner is None


def test_published_articles_that_search_does_not_know_are_indexed() -> None:
    article = ArticleFactory()
    SearchDocument.objects.all().delete()
    assert index_missing() == 1
    assert SearchDocument.objects.get().article == article
    assert index_missing() == 0


def test_views_are_counted_also_of_kept_pages(client: Client, settle: Settle) -> None:
    article = ArticleFactory()
    settle()
    for _ in range(3):
        client.get(article.get_absolute_url())
    client.head(article.get_absolute_url())
    client.force_login(StaffFactory(is_staff=False))
    client.get(article.get_absolute_url())
    assert keep_views() == 4
    assert ReadingDay.objects.get(article=article).views == 4
    assert keep_views() == 0


def test_leaving_an_article_for_the_ticket_form_is_counted_until_it_stands_on_the_board(client: Client) -> None:
    left, kept = ArticleFactory(title="Left by many"), ArticleFactory(title="Kept by all")
    hidden = ArticleFactory(audience="engineering")
    form = f"/tickets/new/?article={left.pk}"
    assert f'href="{form}"' in client.get(left.get_absolute_url()).text
    assert client.get(form).status_code == 302, "Who has to log in first has not arrived yet."
    client.force_login(UserFactory())
    for _ in range(3):
        assert client.get(form).status_code == 200
    client.head(form)
    client.get(form, headers={"HX-Request": "true", "HX-Target": "pledge"}, query_params={"impact": "down"})
    for nonsense in (hidden.pk, 0, "²", "9" * 17, "9" * 30, "x"):
        assert client.get(f"/tickets/new/?article={nonsense}").status_code == 200
    keep_views()
    assert dict(ReadingDay.objects.values_list("article", "exits")) == {left.pk: 3}
    assert keep_views() == 0
    client.get(form)
    keep_views()
    client.force_login(StaffFactory(is_superuser=True))
    board = client.get("/admin/helpcenter/articlehealth/?o=-5").text
    row = next(row for row in re.findall(r"<tr.*?</tr>", board, re.S) if left.title in row)
    figures = [re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r"<td.*?</td>", row, re.S)]
    assert figures[-6:] == ["1", "0", "0", "4", "0", "0.0"], figures
    assert board.index(left.title) < board.index(kept.title), "By exits, the most first."
