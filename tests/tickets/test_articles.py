"""The help center at the desk: articles go into answers, and answers become drafts."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings, settings
from django.test import Client
from django.urls import reverse

from helpcenter import actions as helpcenter
from helpcenter.models import Article, Category
from portal.accounts.models import User
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.helpcenter import CategoryFactory
from tests.factories.tickets import CategoryFactory as TicketCategoryFactory
from tests.factories.tickets import MacroFactory
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture(autouse=True)
def without_second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False


def write(title: str, audience: str, body: str = "Press the reset button.") -> Article:
    category = CategoryFactory(audience=audience)
    manuscript = helpcenter.Manuscript(category=category, title=title, slug="telegram", body=body)
    article = helpcenter.create_article(manuscript=manuscript, by=None)
    return helpcenter.publish_article(article=article, by=None)


def compose(client: Client, ticket: Ticket, **fields: object) -> str:
    target = reverse("admin:tickets_ticket_compose", args=[ticket.pk])
    headers = {"HX-Request": "true", "HX-Target": "composer"}
    return client.post(target, {"seen": ticket.version, **fields}, headers=headers).text


def test_only_what_the_customer_may_read_is_found_and_inserted(file: File, client: Client, agent: User) -> None:
    open_one, hidden = write("Telegram setup", "customer"), write("Telegram runbook", "operations")
    assert hidden in Article.objects.visible_to(agent)
    client.force_login(agent)
    ticket = file()
    part = compose(client, ticket, find="1", q="telegram", body="Hello.")
    assert f"link:{open_one.pk}" in part
    assert f"link:{hidden.pk}" not in part
    assert "Hello.</textarea>" in part
    linked = compose(client, ticket, insert=f"link:{open_one.pk}", body="Hello.")
    assert f"Hello.\n\nTelegram setup: {settings.SITE_URL}{open_one.get_absolute_url()}</textarea>" in linked
    assert "Press the reset button." in compose(client, ticket, insert=f"text:{open_one.pk}")
    for how in ("link", "text"):
        assert "runbook" not in compose(client, ticket, insert=f"{how}:{hidden.pk}")
    assert "fits." in compose(client, ticket, find="1", q="xyzzy")
    assert "Hello.</textarea>" in compose(client, ticket, insert="link:x", body="Hello.")
    assert ticket.messages.count() == 1


def test_looking_for_an_article_keeps_the_macro_and_works_without_scripts(
    file: File, client: Client, agent: User
) -> None:
    write("Telegram setup", "customer")
    client.force_login(agent)
    ticket, macro = file(), MacroFactory(name="Hello")
    page = client.post(
        reverse("admin:tickets_ticket_compose", args=[ticket.pk]),
        {"find": "1", "q": "telegram", "body": "Hello Mara", "macro": macro.pk, "seen": ticket.version},
    ).text
    assert "Send with “Hello”" in page
    assert "Insert link" in page
    assert "Hello Mara</textarea>" in page


def test_a_solution_becomes_one_draft_without_the_customers_names(file: File, customer: User, client: Client) -> None:
    writer = StaffFactory(role="agent-l2")
    shelf = CategoryFactory(slug="signals-shelf")
    ticket = file(subject="Mara cannot log in", category=TicketCategoryFactory(slug="signals-shelf"))
    with pytest.raises(Refused, match="no answer yet"):
        tickets.draft_article(ticket=ticket, by=writer)
    tickets.note(ticket=ticket, body="Secret.", by=writer)
    tickets.reply(ticket=ticket, body="Hello Mara of Meridian Capital, press {{ reset }}.", by=writer)
    client.force_login(writer)
    target = reverse("admin:tickets_ticket_article", args=[ticket.pk])
    first = client.post(target)["Location"]
    assert client.post(target)["Location"] == first
    article = Article.objects.get(category=shelf)
    body = article.revisions.get().body
    assert (article.state, article.title) == ("draft", "… cannot log in")
    assert "Hello … of …, press { { reset } }." in body
    assert "Secret." not in body
    assert not Article.objects.visible_to(customer).filter(pk=article.pk).exists()


def test_who_may_not_write_articles_drafts_none(file: File, agent: User, client: Client) -> None:
    Category.objects.all().delete()
    ticket = file()
    tickets.reply(ticket=ticket, body="Reset it.", by=agent)
    client.force_login(agent)
    page = client.post(reverse("admin:tickets_ticket_article", args=[ticket.pk]), follow=True).text
    assert "You may not write articles." in page
    assert "Draft an article from the answers" not in page
    assert not Article.objects.exists()
