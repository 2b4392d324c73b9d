from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from helpcenter.actions.articles import newest_revision
from helpcenter.models import Article, Category
from portal.accounts.states import StaffRole
from portal.events.models import Event
from tests.factories.accounts import StaffFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory, VoteFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:helpcenter_article_changelist")


def staff(client: Client, role: str) -> Client:
    client.force_login(StaffFactory(role=role))
    return client


def filled(shelf: Category, **changed: Any) -> dict[str, Any]:
    values = {"title": "Setup", "slug": "setup", "category": shelf.pk, "audience": "", "position": 1, "summary": ""}
    values |= {"picked-TOTAL_FORMS": 0, "picked-INITIAL_FORMS": 0}
    values |= {"assets-TOTAL_FORMS": 0, "assets-INITIAL_FORMS": 0}
    return {**values, "keywords": "card, tax", "body": "## One\n\n**Text**", **changed}


def test_an_editor_writes_an_article_and_publishes_it(lead: Client) -> None:
    shelf = CategoryFactory(slug="guides")
    answer = lead.post(reverse("admin:helpcenter_article_add"), {**filled(shelf), "_continue": "1"})
    article = Article.objects.get()
    change = reverse("admin:helpcenter_article_change", args=[article.pk])
    assert answer["Location"] == change
    written = newest_revision(article)
    assert (article.state, written.keywords) == ("draft", ["card", "tax"])
    assert "<strong>Text</strong>" in written.html
    assert lead.get(change).status_code == 200
    lead.post(change, {**filled(shelf, title="Set up"), "helpcenter_article_save_and_publish": "1"})
    article.refresh_from_db()
    assert (article.state, article.title, article.version) == ("published", "Set up", 2)
    assert "Set up" in lead.get("/help/guides/setup/").text
    names = list(Event.objects.oldest_first().values_list("name", flat=True))
    assert names == ["article.written", "article.revised", "article.published"]


def test_articles_are_published_and_withdrawn_from_the_list(lead: Client) -> None:
    article = ArticleFactory()
    for action, state in [("withdraw_chosen", "draft"), ("publish_chosen", "published")]:
        lead.post(LIST, {"action": action, "_selected_action": [article.pk]})
        article.refresh_from_db()
        assert article.state == state


def test_the_state_cannot_be_typed_and_nothing_is_deleted(lead: Client) -> None:
    article = ArticleFactory()
    change = reverse("admin:helpcenter_article_change", args=[article.pk])
    lead.post(change, filled(article.category, state="draft", slug="x"))
    article.refresh_from_db()
    assert (article.state, article.slug) == ("published", "x")
    assert lead.post(reverse("admin:helpcenter_article_delete", args=[article.pk]), {"post": "yes"}).status_code == 403


def test_a_taken_address_is_said_at_the_form(lead: Client) -> None:
    article = ArticleFactory(slug="setup")
    answer = lead.post(reverse("admin:helpcenter_article_add"), filled(article.category))
    assert answer.status_code == 200
    assert "The category has an article at this address." in answer.text


def test_the_list_shows_votes_and_finds_words(lead: Client) -> None:
    article = ArticleFactory(title="Refunds")
    VoteFactory(article=article)
    VoteFactory(article=article, is_helpful=False, reason="unclear", comment="Step 3.")
    page = lead.get(LIST, {"q": "refund", "state__exact": "published"}).text
    assert "Refunds" in page
    assert "1 / 2" in page
    assert "Step 3." in lead.get(reverse("admin:helpcenter_article_change", args=[article.pk])).text


def test_the_preview_is_what_readers_will_see(lead: Client) -> None:
    answer = lead.post(reverse("admin:helpcenter_article_preview"), {"body": "**Hi** <script>x</script>"})
    assert answer.text == "<p><strong>Hi</strong> </p>"


@pytest.mark.parametrize("role", [StaffRole.AGENT_L1, StaffRole.SUCCESS_MANAGER])
def test_who_may_only_read_changes_nothing(client: Client, settings: Any, role: str) -> None:
    settings.STAFF_SECOND_FACTOR = False
    reader = staff(client, role)
    article = ArticleFactory()
    assert reader.get(reverse("admin:helpcenter_article_change", args=[article.pk])).status_code == 200
    assert reader.get(reverse("admin:helpcenter_article_add")).status_code == 403
    assert reader.post(reverse("admin:helpcenter_article_preview"), {"body": "x"}).status_code == 403
    reader.post(LIST, {"action": "withdraw_chosen", "_selected_action": [article.pk]})
    article.refresh_from_db()
    assert article.state == "published"


def test_the_admin_too_shows_only_audiences_of_ones_role(client: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    hidden = [ArticleFactory(title=f"Hidden {name}", category__audience=name) for name in ("operations", "engineering")]
    manager = staff(client, StaffRole.SUCCESS_MANAGER)
    listed = manager.get(LIST).text
    assert "Hidden operations" in listed
    assert "Hidden engineering" not in listed
    assert manager.get(reverse("admin:helpcenter_article_change", args=[hidden[1].pk])).status_code == 302
    assert manager.get(LIST, {"category__id__exact": hidden[1].category_id}).status_code == 200
    agent = staff(Client(), StaffRole.AGENT_L2)
    page = agent.get(reverse("admin:helpcenter_article_add")).text
    assert str(hidden[0].category) in page
    assert str(hidden[1].category) not in page


def test_a_category_is_changed_through_the_actions(client: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    admin = staff(client, StaffRole.ADMINISTRATOR)
    shelf = CategoryFactory(slug="alpha")
    values = {"title": "Beta", "slug": "beta", "description": "", "icon": "book", "position": 1, "audience": "customer"}
    admin.post(reverse("admin:helpcenter_category_change", args=[shelf.pk]), values)
    assert Category.objects.get().slug == "beta"
    assert Event.objects.get().name == "category.updated"
    answer = admin.post(reverse("admin:helpcenter_category_add"), {**values, "slug": "search"})
    assert "choose another slug" in answer.text
    admin.post(reverse("admin:helpcenter_category_add"), {**values, "slug": "gamma"})
    assert Category.objects.filter(slug="gamma").exists()
