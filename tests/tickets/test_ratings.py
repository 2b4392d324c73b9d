"""Customers rate a solution: asked once per resolution, recorded by a POST alone, withdrawn when it is reopened."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.outbox.actions import words_of
from portal.outbox.models import Letter
from tests.factories.tickets import SurveyFactory
from tickets import actions as tickets
from tickets.models import Survey, Ticket
from tickets.states import ASK_AFTER, RATE_WITHIN, RATING_CHANGES_WITHIN
from tickets.tasks import ask_for_ratings

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]


@pytest.fixture
def solved(file: File, agent: User, settle: Settle) -> Callable[..., Survey]:
    """Files a ticket, solves it, and answers the survey that begins with that."""

    def make(at: datetime | None = None) -> Survey:
        at = at or timezone.now() - timedelta(hours=1)
        ticket = tickets.solve(ticket=file(at=at), by=agent, now=at)
        settle()
        return Survey.objects.get(ticket=ticket)

    return make


def fresh(survey: Survey) -> Survey:
    return Survey.objects.select_related("ticket__requester").get(pk=survey.pk)


def letters() -> list[Letter]:
    return list(Letter.objects.filter(key__startswith="ticket-survey:"))


def link_of(survey: Survey, score: int = 5) -> str:
    return f"{survey.get_absolute_url()}?key={survey.key}&score={score}"


def test_a_letter_asks_a_day_after_the_solution_and_no_second_one(
    solved: Callable[..., Survey], settle: Settle, now: datetime
) -> None:
    survey = solved(now)
    assert survey.ask_at == survey.solved_at + ASK_AFTER
    assert not tickets.ask_for_rating(now=now + ASK_AFTER - timedelta(minutes=1))
    assert tickets.ask_for_rating(now=now + ASK_AFTER)
    assert not tickets.ask_for_rating(now=now + ASK_AFTER * 2)
    settle()
    (letter,) = letters()
    assert letter.to == survey.ticket.requester.email
    assert (letter.is_secret, letter.text) == (True, "")
    links = re.findall(r"https?://\S+score=\d", words_of(letter)["text"])
    assert [link[-1] for link in links] == ["5", "4", "3", "2", "1"]
    assert all(survey.get_absolute_url() in link for link in links)


def test_nobody_is_asked_twice_within_a_week(solved: Callable[..., Survey], settle: Settle, now: datetime) -> None:
    solved(now)
    solved(now + timedelta(days=2))
    solved(now + timedelta(days=8))
    for day in range(1, 12):
        while tickets.ask_for_rating(now=now + timedelta(days=day)):
            pass
    settle()
    assert len(letters()) == 2
    assert not Survey.objects.exclude(ask_at=None).exists()


def test_the_clock_asks_for_all_that_are_due(solved: Callable[..., Survey]) -> None:
    solved(timezone.now() - timedelta(days=2))
    assert ask_for_ratings() == 1
    assert ask_for_ratings() == 0


def test_what_was_rated_on_the_page_is_not_asked_for(
    solved: Callable[..., Survey], settle: Settle, customer: User, now: datetime
) -> None:
    survey = solved(now)
    tickets.rate(survey=survey, score=4, comment="", by=customer, now=now + timedelta(hours=1))
    assert not tickets.ask_for_rating(now=now + timedelta(days=3))
    settle()
    assert letters() == []


def test_a_reopened_ticket_withdraws_the_survey_and_the_next_solution_begins_another(
    solved: Callable[..., Survey], settle: Settle, customer: User, agent: User, now: datetime
) -> None:
    survey = solved(now)
    tickets.reopen(ticket=survey.ticket, by=customer, now=now + timedelta(hours=2))
    settle()
    assert fresh(survey).withdrawn_at == now + timedelta(hours=2)
    assert not tickets.ask_for_rating(now=now + timedelta(days=3))
    with pytest.raises(Refused, match="taken up again"):
        tickets.rate(survey=survey, score=5, comment="", by=customer, now=now + timedelta(hours=3))
    tickets.solve(ticket=survey.ticket, by=agent, now=now + timedelta(days=1))
    settle()
    assert Survey.objects.count() == 2


def test_an_answer_of_the_customer_withdraws_it_too(
    solved: Callable[..., Survey], settle: Settle, customer: User, now: datetime
) -> None:
    survey = solved(now)
    tickets.reply(ticket=survey.ticket, body="Still late.", by=customer, now=now + timedelta(hours=2))
    assert not tickets.ask_for_rating(now=now + timedelta(hours=3))
    settle()
    assert fresh(survey).withdrawn_at is not None


def test_between_reopening_and_its_news_nothing_is_rated_or_asked(
    solved: Callable[..., Survey], settle: Settle, customer: User, now: datetime
) -> None:
    survey = solved(now)
    tickets.ask_for_rating(now=now + ASK_AFTER)
    tickets.reopen(ticket=survey.ticket, by=customer, now=now + ASK_AFTER)
    with pytest.raises(Refused, match="taken up again"):
        tickets.rate(survey=survey, score=5, comment="", by=customer, now=now + ASK_AFTER)
    settle()
    assert letters() == []


def test_a_rating_stays_that_of_its_resolution(
    solved: Callable[..., Survey], settle: Settle, customer: User, now: datetime
) -> None:
    survey = solved(now)
    tickets.rate(survey=survey, score=2, comment="Slow.", by=customer, now=now)
    tickets.reopen(ticket=survey.ticket, by=customer, now=now + timedelta(hours=2))
    settle()
    assert (fresh(survey).score, fresh(survey).withdrawn_at) == (2, None)
    with pytest.raises(Refused, match="taken up again"):
        tickets.rate(survey=survey, score=5, comment="", by=customer, now=now + timedelta(hours=3))


def test_a_rating_can_be_changed_within_seven_days(
    solved: Callable[..., Survey], settle: Settle, customer: User, now: datetime
) -> None:
    survey = solved(now)
    tickets.rate(survey=survey, score=2, comment="Slow.", by=customer, now=now)
    tickets.rate(survey=survey, score=2, comment="Slow.", by=customer, now=now)
    tickets.rate(survey=survey, score=4, comment="", by=customer, now=now + RATING_CHANGES_WITHIN)
    assert (fresh(survey).score, fresh(survey).comment, fresh(survey).answered_at) == (4, "", now)
    with pytest.raises(Refused, match="no longer"):
        tickets.rate(survey=survey, score=5, comment="", by=customer, now=now + timedelta(days=7, seconds=1))
    told = list(Event.objects.about(survey.ticket).named("ticket.rated").order_by("pk"))
    assert [(event.details["score"], event.details["changed"]) for event in told] == [(2, False), (4, True)]
    assert "rated the solution with 4 of 5" in told[1].sentence()
    assert "Slow" not in str(told[0].details)


def test_a_month_after_the_solution_it_is_too_late(
    solved: Callable[..., Survey], customer: User, now: datetime
) -> None:
    survey = solved(now)
    with pytest.raises(Refused, match="no longer"):
        tickets.rate(survey=survey, score=5, comment="", by=customer, now=now + RATE_WITHIN + timedelta(seconds=1))


@pytest.mark.parametrize("score", [0, 6, -1])
def test_only_one_to_five_are_scores(solved: Callable[..., Survey], customer: User, score: int) -> None:
    survey = solved()
    with pytest.raises(Refused, match="from 1 to 5"):
        tickets.rate(survey=survey, score=score, comment="", by=customer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.update(score=score, answered_at=timezone.now())


def test_what_staff_or_colleagues_think_is_no_rating(
    solved: Callable[..., Survey], agent: User, owner: User, client: Client
) -> None:
    survey = solved()
    for other in (agent, owner):
        with pytest.raises(Refused, match="Only the person who asked"):
            tickets.rate(survey=survey, score=5, comment="", by=other)
    client.force_login(owner)
    assert "Rate the solution" not in client.get(survey.ticket.get_absolute_url()).content.decode()
    assert client.post(survey.get_absolute_url(), {"score": 1}).status_code == 404


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


def test_one_survey_per_resolution(solved: Callable[..., Survey]) -> None:
    survey = solved()
    assert tickets.begin_survey(ticket=survey.ticket) == survey
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyFactory(ticket=survey.ticket, solved_at=survey.solved_at)


def test_who_left_the_organization_no_longer_opens_what_they_filed_for_it(
    solved: Callable[..., Survey], client: Client, customer: User
) -> None:
    survey = solved()
    client.force_login(customer)
    assert client.get(survey.get_absolute_url()).status_code == 200
    customer.memberships.all().delete()
    assert client.get(survey.get_absolute_url()).status_code == 404
    assert client.post(survey.get_absolute_url(), {"score": 1}).status_code == 404
