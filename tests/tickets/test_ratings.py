"""Customers rate a solution: asked once per resolution, recorded by a POST alone, withdrawn when it is reopened."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.outbox.actions import words_of
from portal.outbox.models import Letter
from tests.factories.tickets import SurveyFactory
from tickets import actions as tickets
from tickets.models import Survey, Ticket
from tickets.tasks import ask_for_ratings

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]
ASK_AFTER = timedelta(hours=24)
RATE_WITHIN = timedelta(days=30)
RATING_CHANGES_WITHIN = timedelta(days=7)


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


def test_one_survey_per_resolution(solved: Callable[..., Survey]) -> None:
    survey = solved()
    assert tickets.begin_survey(ticket=survey.ticket) == survey
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyFactory(ticket=survey.ticket, solved_at=survey.solved_at)
