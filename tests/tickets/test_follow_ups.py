"""What is over goes on in a new ticket that knows the old one."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tests.factories.tickets import SurveyFactory
from tickets import actions as tickets
from tickets.models import Desk, Survey, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
WORDS = {"subject": "Late again", "body": "As before.", "impact": "hindered"}


@pytest.fixture
def reader(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def test_too_late_to_reopen_a_new_ticket_goes_on_with_the_old_one(reader: Client, file: File, agent: User) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    old = tickets.solve(ticket=file(at=long_ago), by=agent, now=long_ago)
    shown = reader.get(old.get_absolute_url()).content.decode()
    way = f"/tickets/new/?follows={old.public_id}"
    assert way in shown
    assert f"Goes on with #{old.number}" in reader.get(way).content.decode()
    reader.post("/tickets/new/", {**WORDS, "follows": old.public_id})
    new = Ticket.objects.latest("pk")
    assert new.follows == old
    assert f"#{new.number}" in reader.get(old.get_absolute_url()).content.decode()
    assert f"#{old.number}" in reader.get(new.get_absolute_url()).content.decode()
    reader.force_login(agent)
    assert "an earlier ticket" in reader.get(f"/admin/tickets/ticket/{new.pk}/change/").content.decode()


def test_nobody_goes_on_with_a_ticket_of_others_or_with_one_that_is_open(
    reader: Client, file: File, owner: User, agent: User, customer: User, now: datetime
) -> None:
    theirs = tickets.solve(ticket=file(by=owner), by=agent, now=now)
    for named in (theirs.public_id, file().public_id, "nonsense"):
        reader.post("/tickets/new/", {**WORDS, "follows": named, "key": named})
        assert Ticket.objects.latest("pk").follows is None
    with pytest.raises(Refused, match="no such ticket"):
        tickets.file_ticket(filing=tickets.Filing(subject="x", body="y", follows=theirs), by=customer)


def test_the_figures_of_ratings_are_rows(file: File, agent: User, customer: User, settle: Callable[..., int]) -> None:
    hour = timedelta(hours=1)
    figures = {"ask_for_rating_after": hour, "rate_within": 5 * hour, "rating_changes_within": 2 * hour}
    Desk.objects.update_or_create(pk=1, defaults=figures)
    at = timezone.now() - 4 * hour
    ticket = tickets.solve(ticket=file(at=at), by=agent, now=at)
    settle(now=at)
    survey = Survey.objects.get(ticket=ticket)
    assert (survey.ask_at, survey.answers_until) == (at + hour, at + 5 * hour)
    rated = tickets.rate(survey=survey, score=4, comment="", by=customer, now=at + 4 * hour)
    assert rated.answers_until == at + 6 * hour
    with pytest.raises(Refused):
        tickets.rate(survey=survey, score=5, comment="", by=customer, now=at + 7 * hour)


def test_staff_read_all_ratings_and_change_the_figures(client: Client, new_agent: Callable[..., User]) -> None:
    lead = new_agent(name="Lea")
    lead.groups.add(Group.objects.get(name="lead"))
    client.force_login(lead)
    SurveyFactory()
    survey = SurveyFactory(score=2, comment="Took too long.", answered_at=timezone.now())
    shown = client.get("/admin/tickets/survey/?score__exact=2").content.decode()
    assert "Took too long." in shown
    assert str(survey.ticket.number) in shown
    assert client.get("/admin/tickets/survey/add/").status_code == 403
    rules = Desk.objects.get_or_create(pk=1)[0]
    page = client.get(f"/admin/tickets/desk/{rules.pk}/change/")
    assert page.status_code == 200
    given = {name: page.context["adminform"].form[name].value() for name in page.context["adminform"].form.fields}
    client.post(f"/admin/tickets/desk/{rules.pk}/change/", {**given, "most_files": 3})
    rules.refresh_from_db()
    assert rules.most_files == 3
