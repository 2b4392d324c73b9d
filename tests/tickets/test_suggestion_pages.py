"""The suggestions beside a ticket: loaded when it is opened, decided by a click."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory
from tests.factories.routing import SuggestionFactory
from tests.factories.tickets import CategoryFactory
from tickets.models import Suggestion, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
OPTIONS = [
    {"label": "billing", "confidence": 0.71, "words": ["refund", "<b>card</b>"]},
    {"label": "api", "confidence": 0.2, "words": []},
    {"label": "gone", "confidence": 0.1, "words": []},
]


@pytest.fixture(autouse=True)
def names(db: None, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    for slug, name in (("billing", "Billing"), ("api", "API"), ("other", "Something different")):
        CategoryFactory._meta.model.objects.update_or_create(slug=slug, defaults={"name": name})


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def suggestion(file: File) -> Suggestion:
    return SuggestionFactory(ticket=file(), options=OPTIONS)


def url(name: str, suggestion: Suggestion) -> str:
    return reverse(f"admin:tickets_ticket_{name}", args=[suggestion.ticket_id])


def test_the_workspace_loads_the_suggestions_by_themselves(desk: Client, suggestion: Suggestion) -> None:
    address = url("suggestions", suggestion)
    assert f'hx-get="{address}"' in desk.get(url("change", suggestion)).text
    part = desk.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Billing, because of: refund, &lt;b&gt;card&lt;/b&gt;" in part
    assert 'value="billing"' in part
    assert "71 %" in part
    assert 'value="gone"' not in part  # a category that is no more
    assert '<option value="other">Something different' in part
    assert "<html" in desk.get(address).text


def test_one_click_accepts_another_corrects(desk: Client, suggestion: Suggestion, agent: User) -> None:
    gone_back = desk.post(url("decide", suggestion), {"trait": "category", "label": "billing", "seen": ""})
    assert gone_back.headers["Location"] == url("change", suggestion)
    suggestion.refresh_from_db()
    assert (suggestion.verdict, suggestion.decided_by) == ("accepted", agent)
    assert "agreed" in desk.get(url("suggestions", suggestion)).text
    desk.post(url("decide", suggestion), {"trait": "category", "label": "other", "seen": "billing"})
    suggestion.ticket.refresh_from_db()
    assert suggestion.ticket.category.slug == "other"
    assert "corrected" in desk.get(url("suggestions", suggestion)).text


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"trait": "category", "label": "nonsense"}, "Choose one of the labels."),
        ({"trait": "mood", "label": "billing"}, "Choose one of the labels."),
        ({"trait": "category", "label": "api", "seen": "other"}, "A colleague has decided"),
    ],
)
def test_what_cannot_be_is_said_on_the_tickets_page(
    posted: dict[str, str], said: str, desk: Client, suggestion: Suggestion
) -> None:
    assert said in desk.post(url("decide", suggestion), posted, follow=True).text
    suggestion.refresh_from_db()
    assert suggestion.verdict == ""


def test_nobody_else_decides(client: Client, suggestion: Suggestion, customer: User, agent: User) -> None:
    posted = {"trait": "category", "label": "billing"}
    client.force_login(customer)
    assert client.post(url("decide", suggestion), posted).status_code == 302  # to the log-in
    assert client.get(url("suggestions", suggestion)).status_code == 302
    client.force_login(StaffFactory(role="executive"))
    assert "<form" not in client.get(url("suggestions", suggestion), headers={"HX-Request": "true"}).text
    assert client.post(url("decide", suggestion), posted).status_code == 403
    client.force_login(agent)
    assert client.get(url("decide", suggestion)).status_code == 405
    assert client.post(url("decide", suggestion), {**posted, "trait": "language"}).status_code in {302, 404}
    suggestion.refresh_from_db()
    assert suggestion.verdict == ""


def test_the_part_costs_the_same_for_one_suggestion_and_for_all(
    desk: Client, suggestion: Suggestion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk.get(url("suggestions", suggestion))
    for trait, label in (("priority", "high"), ("language", "en"), ("sentiment", "negative")):
        SuggestionFactory(ticket=suggestion.ticket, trait=trait, label=label)
    with django_assert_num_queries(5):
        desk.get(url("suggestions", suggestion), headers={"HX-Request": "true"})
