"""The page of a rating: opened by the key of the letter or by who may see the ticket, recorded by a POST alone."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.events.models import Event
from tickets import actions as tickets
from tickets.models import Survey

pytestmark = pytest.mark.django_db


def fresh(survey: Survey) -> Survey:
    return Survey.objects.select_related("ticket__requester").get(pk=survey.pk)


def link_of(survey: Survey, score: int = 5) -> str:
    return f"{survey.get_absolute_url()}?key={survey.key}&score={score}"


def test_scanners_that_follow_the_links_of_the_letter_record_nothing(
    solved: Callable[..., Survey], client: Client
) -> None:
    survey = solved()
    for score in (5, 4, 3, 2, 1):
        assert client.head(link_of(survey, score)).status_code == 200
        answer = client.get(link_of(survey, score))
        assert answer.status_code == 200
        assert re.search(rf'value="{score}"[^>]* checked', answer.content.decode())
        assert "no-store" in answer.headers["Cache-Control"]
    assert fresh(survey).score is None
    assert not Event.objects.named("ticket.rated").exists()


def test_the_link_of_the_letter_rates_without_a_log_in(solved: Callable[..., Survey], customer: User) -> None:
    survey = solved()
    browser = Client(enforce_csrf_checks=True)
    shown = browser.get(link_of(survey)).content.decode()
    fields = {"score": 5, "comment": "Quick and <b>kind</b>.", "key": survey.key}
    assert browser.post(survey.get_absolute_url(), fields).status_code == 403
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
    answer = browser.post(survey.get_absolute_url(), {**fields, "csrfmiddlewaretoken": token[0]}, follow=True)
    assert answer.status_code == 200
    assert "Thank you" in answer.content.decode()
    assert "Quick and &lt;b&gt;kind" in answer.content.decode()
    assert (fresh(survey).score, fresh(survey).comment) == (5, "Quick and <b>kind</b>.")
    assert Event.objects.named("ticket.rated").get().by_id == customer.pk


@pytest.mark.parametrize("key", ["", "x", "1:x", "é"])
def test_without_the_key_a_stranger_is_sent_to_the_log_in(
    solved: Callable[..., Survey], client: Client, key: str
) -> None:
    survey = solved()
    for answer in (
        client.get(survey.get_absolute_url(), {"key": key}),
        client.post(survey.get_absolute_url(), {"score": 5, "key": key}),
        client.get("/tickets/rate/unknown/", {"key": key}),
    ):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")
    assert fresh(survey).score is None


def test_another_customer_cannot_rate_even_with_the_link(
    solved: Callable[..., Survey], client: Client, stranger: User
) -> None:
    survey = solved()
    client.force_login(stranger)
    assert client.get(link_of(survey)).status_code == 404
    assert client.post(link_of(survey), {"score": 1}).status_code == 404
    assert fresh(survey).score is None


def test_the_key_of_one_survey_opens_no_other(solved: Callable[..., Survey], client: Client) -> None:
    one, other = solved(), solved()
    assert client.get(one.get_absolute_url(), {"key": other.key}).status_code == 302


def test_an_expired_or_withdrawn_link_says_so_and_takes_nothing(
    solved: Callable[..., Survey], client: Client, customer: User, now: datetime
) -> None:
    survey = solved(now)
    assert "can no longer be rated" in client.get(link_of(survey)).content.decode()
    answer = client.post(survey.get_absolute_url(), {"score": 5, "key": survey.key})
    assert answer.status_code == 409
    assert fresh(survey).score is None


def test_the_page_of_a_solved_ticket_asks_its_requester(
    solved: Callable[..., Survey], client: Client, customer: User
) -> None:
    survey = solved()
    client.force_login(customer)
    shown = client.get(survey.ticket.get_absolute_url()).content.decode()
    assert "Rate the solution" in shown
    answer = client.post(survey.get_absolute_url(), {"score": 3, "comment": ""}, follow=True)
    assert answer.redirect_chain == [(survey.ticket.get_absolute_url(), 302)]
    assert "Your rating" in answer.content.decode()
    assert client.post(survey.get_absolute_url(), {"score": "nine"}).status_code == 422


def test_staff_read_the_rating_beside_the_ticket(
    solved: Callable[..., Survey], client: Client, customer: User, agent: User
) -> None:
    survey = solved()
    tickets.rate(survey=survey, score=2, comment="It took <days>.", by=customer)
    client.force_login(agent)
    shown = client.get(f"/admin/tickets/ticket/{survey.ticket_id}/change/").content.decode()
    assert "2 / 5" in shown
    assert "It took &lt;days&gt;." in shown


def test_the_page_costs_few_queries(
    solved: Callable[..., Survey], client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    survey = solved()
    client.get(link_of(survey))
    with django_assert_num_queries(1):
        client.get(link_of(survey))


@pytest.mark.parametrize(("days", "queries", "is_asked"), [(0, 8, True), (400, 7, False)])
def test_a_ticket_page_reads_a_survey_only_while_it_can_be_rated(
    solved: Callable[..., Survey], client: Client, customer: User, days: int, queries: int, is_asked: bool,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    address = solved(at=timezone.now() - timedelta(days=days)).ticket.get_absolute_url()
    client.force_login(customer)
    client.get(address)
    with django_assert_num_queries(queries):
        shown = client.get(address).content.decode()
    assert ('name="score"' in shown) is is_asked


def test_who_left_the_organization_no_longer_opens_what_they_filed_for_it(
    solved: Callable[..., Survey], client: Client, customer: User
) -> None:
    survey = solved()
    client.force_login(customer)
    assert client.get(survey.get_absolute_url()).status_code == 200
    customer.memberships.all().delete()
    assert client.get(survey.get_absolute_url()).status_code == 404
    assert client.post(survey.get_absolute_url(), {"score": 1}).status_code == 404
