"""How staff take an article from draft to reader and out again, in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from helpcenter.actions import Manuscript, Shelf, submit_revision, update_article, update_category
from helpcenter.actions.articles import newest_revision
from helpcenter.models import Article, RelatedArticle, SeriesEntry
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from tests.factories.accounts import StaffFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory, FollowFactory, SeriesFactory
from tests.helpcenter.test_admin import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(settings: Any) -> User:
    settings.STAFF_SECOND_FACTOR = False
    return StaffFactory(role=StaffRole.LEAD)


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def change(article: Article) -> str:
    return reverse("admin:helpcenter_article_change", args=[article.pk])


def step(article: Article, name: str) -> str:
    return reverse(f"admin:helpcenter_article_{name}", args=[article.pk])


def revised(article: Article, by: User | None, **words: Any) -> Article:
    words = {"title": article.title, "body": "Some words.", **words}
    return update_article(article=article, manuscript=Manuscript(article.category, slug=article.slug, **words), by=by)


def test_a_conflict_shows_both_texts_loses_nothing_and_can_be_saved_anyway(desk: Client) -> None:
    article = ArticleFactory(body="The old words")
    revised(article, StaffFactory(name="Ada Other"), title=article.title, body="Her <b>new</b> words")
    sent = filled(article.category, title=article.title, slug=article.slug, body="My own words", based_on=1)
    answer = desk.post(change(article), sent)
    assert answer.status_code == 200
    assert "Ada Other saved revision 2 while you were writing" in answer.text
    assert "&lt;" in answer.text
    assert ">My own words</textarea>" in answer.text.replace("\n", "")
    assert 'name="based_on" value="2"' in answer.text
    assert newest_revision(article).number == 2
    assert desk.post(change(article), {**sent, "based_on": 2}).status_code == 302
    assert (newest_revision(article).number, newest_revision(article).body) == (3, "My own words")


def test_the_page_lists_revisions_and_shows_what_changed_word_by_word(desk: Client) -> None:
    article = ArticleFactory(body="Press the red button\n\nsame")
    revised(article, None, body="Press the green button <script>\n\nsame", note="Greener")
    page = desk.get(change(article)).text
    assert "Greener" in page
    address = reverse("admin:helpcenter_article_difference", args=[article.pk, 1, 2])
    assert address in page
    shown = desk.get(address).text
    assert "<del>red</del>" in shown
    assert "<ins>green</ins>" in shown
    assert "<script>\n" not in shown
    restore = reverse("admin:helpcenter_article_restore", args=[article.pk, 1])
    assert desk.get(restore).status_code == 200
    assert newest_revision(article).number == 2
    desk.post(restore)
    assert newest_revision(article).body == "Press the red button\n\nsame"


def test_a_revision_is_reviewed_by_somebody_else_given_back_with_words_and_approved(desk: Client, editor: User) -> None:
    article = ArticleFactory()
    author = StaffFactory(role=StaffRole.AGENT_L2)
    shelf = article.category
    update_category(
        category=shelf, shelf=Shelf(shelf.title, shelf.slug, audience="customer", needs_approval=True), by=None
    )
    revised(article, author, body="Better words")
    desk.post(step(article, "ask_for_review"))
    assert newest_revision(article).state == "in_review"
    assert desk.post(step(article, "give_back"), {"said": ""}).status_code == 422
    desk.post(step(article, "give_back"), {"said": "Name the button."})
    assert (newest_revision(article).state, newest_revision(article).decision) == ("draft", "Name the button.")
    assert "Name the button." in desk.get(change(article)).text
    submit_revision(article=article, by=author)
    assert desk.post(step(article, "schedule"), {}).status_code == 409
    desk.post(step(article, "approve"), {"said": ""})
    desk.post(step(article, "schedule"), {})
    article.refresh_from_db()
    assert article.version == 2


def test_nobody_approves_their_own_revision(desk: Client, editor: User) -> None:
    article = revised(ArticleFactory(), editor, body="Mine")
    submit_revision(article=article, by=editor)
    answer = desk.post(step(article, "approve"), {"said": ""})
    assert answer.status_code == 409
    assert "other than its author" in answer.text


def test_an_article_is_scheduled_withdrawn_and_archived_with_a_successor(desk: Client) -> None:
    article, successor = ArticleFactory(state="draft"), ArticleFactory()
    desk.post(step(article, "schedule"), {"begins": "2099-01-01T08:00", "ends": "2099-02-01T08:00"})
    article.refresh_from_db()
    assert (article.state, article.published_at.year) == ("published", 2099)
    assert "Scheduled" in desk.get(change(article)).text
    desk.post(step(article, "withdraw"))
    desk.post(step(article, "archive"), {"successor": successor.pk})
    article.refresh_from_db()
    assert (article.state, article.successor) == ("archived", successor)


def test_one_click_verifies_and_an_owner_and_an_interval_are_set(desk: Client, editor: User) -> None:
    article = ArticleFactory()
    FollowFactory(article=article)
    desk.post(step(article, "care"), {"owner": editor.pk, "review_every_days": 90})
    sent = filled(article.category, title=article.title, slug=article.slug, body="Some words.", based_on=1)
    desk.post(change(article), {**sent, "helpcenter_article_verify": "1"})
    article.refresh_from_db()
    assert (article.owner, article.verified_by, article.review_every_days) == (editor, editor, 90)
    assert "every 90 days" in desk.get(change(article)).text


@pytest.mark.parametrize(
    "work", ["changed", "in_review", "approved", "review_due", "scheduled", "expiring", "broken", "unowned"]
)
def test_the_list_is_filtered_by_what_is_to_be_done(desk: Client, work: str) -> None:
    article = revised(ArticleFactory(title="To review"), None, body="New")
    submit_revision(article=article, by=None)
    page = desk.get(reverse("admin:helpcenter_article_changelist"), {"work": work}).text
    assert ("To review" in page) == (work in ("changed", "in_review", "unowned"))


def test_tiers_are_for_members_only(desk: Client) -> None:
    shelf = CategoryFactory()
    add = reverse("admin:helpcenter_article_add")
    answer = desk.post(add, filled(shelf, tiers=["elite"]))
    assert "Only what customers read after signing in" in answer.text
    desk.post(add, filled(shelf, audience="members", tiers=["elite"]))
    assert Article.objects.get().tiers == ["elite"]


def test_related_articles_and_series_are_arranged_by_hand(desk: Client) -> None:
    article, other = ArticleFactory(), ArticleFactory(title="The other")
    sent = filled(article.category, title=article.title, slug=article.slug, body="Some words.", based_on=1)
    sent |= {
        "picked-TOTAL_FORMS": 1,
        "picked-0-other": other.pk,
        "picked-0-position": 0,
        "picked-0-article": article.pk,
    }
    desk.post(change(article), sent)
    assert RelatedArticle.objects.get().other == other
    series = SeriesFactory()
    values = {"title": "First steps", "entries-TOTAL_FORMS": 1, "entries-INITIAL_FORMS": 0, "entries-0-position": 1}
    values |= {"entries-0-article": article.pk, "entries-0-series": series.pk}
    desk.post(reverse("admin:helpcenter_series_change", args=[series.pk]), values)
    assert SeriesEntry.objects.get().article == article


def test_broken_links_are_reported(desk: Client) -> None:
    ArticleFactory(body="[x](/help/gone/one/) [y](/help/)")
    page = desk.get(reverse("admin:helpcenter_articlelink_changelist")).text
    assert "/help/gone/one/" in page
    assert "There is no article at this address." in page


def test_the_desk_shows_nothing_of_other_audiences(client: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role=StaffRole.AGENT_L2))
    hidden = revised(ArticleFactory(category__audience="engineering", body="[x](/nowhere/)"), None, body="More")
    names = ["ask_for_review", "approve", "schedule", "care", "withdraw", "archive"]
    paths = [*(step(hidden, name) for name in names), change(hidden)]
    paths.append(reverse("admin:helpcenter_article_difference", args=[hidden.pk, 1, 2]))
    paths.append(reverse("admin:helpcenter_article_restore", args=[hidden.pk, 1]))
    for path in paths:
        assert client.get(path).status_code in (302, 403, 404), path
        assert client.post(path).status_code in (302, 403, 404, 405), path
    assert "/nowhere/" not in client.get(reverse("admin:helpcenter_articlelink_changelist")).text
    hidden.refresh_from_db()
    assert (hidden.state, hidden.version) == ("published", 1)
