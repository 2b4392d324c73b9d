from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_django
from django.db import transaction

from portal.accounts import demo as people
from portal.events.models import Event
from portal.operations.models import Task
from tests.tickets.files import check_all
from tickets import actions as tickets
from tickets import demo
from tickets.actions.attachments import pieces
from tickets.models import AgentProfile, Attachment, Message, Rule, Survey, Ticket, Timer

pytestmark = pytest.mark.django_db


NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)  # as `now` tells it


@pytest.fixture(scope="module")
def furnished(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """Made once for this file, in a transaction around those of its tests: each takes back only what it did itself."""
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
        people.furnish(now=NOW)
        demo.furnish(now=NOW)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


def test_the_demo_tells_sixty_stories_in_every_state(furnished: None, now: datetime) -> None:
    states = Counter(Ticket.objects.values_list("state", flat=True))
    assert sum(states.values()) == 60
    assert set(states) == {"new", "open", "waiting", "solved", "closed"}
    assert min(states.values()) >= 3
    assert Ticket.objects.values("category").distinct().count() == 5


def test_the_demo_lies_in_the_past_and_in_order(furnished: None, now: datetime) -> None:
    assert not Event.objects.filter(name__startswith="ticket.", happened_at__gt=now).exists()
    assert not Message.objects.filter(created_at__gt=now).exists()
    oldest = Ticket.objects.order_by("filed_at").first()
    assert oldest
    assert now - oldest.filed_at > timedelta(days=55)
    assert list(Ticket.objects.order_by("number")) == list(Ticket.objects.order_by("filed_at", "number"))


def test_the_demo_shows_promises_kept_missed_and_running(furnished: None, now: datetime) -> None:
    assert Timer.objects.filter(met_at__isnull=False, missed_at=None).count() > 30
    assert Timer.objects.filter(missed_at__isnull=False).exists()
    assert Ticket.objects.overdue(now).exists()
    assert Ticket.objects.due_soon(now).exists()
    assert not Timer.objects.to_look_at(now).exists()


def test_the_work_list_of_the_demo_has_tasks_about_tickets_for_one_person_and_for_anybody(furnished: None) -> None:
    tasks = Task.objects.open().filter(about_type="tickets.ticket")
    assert tasks.count() == 2
    assert tasks.filter(owner=None).count() == 1
    assert Ticket.objects.filter(pk__in=[task.about_id for task in tasks]).active().exists()


def test_the_demo_s_first_team_is_busy_and_the_others_are_handed_what_waits(furnished: None, now: datetime) -> None:
    waiting = Ticket.objects.to_assign()
    before = Counter(waiting.values_list("level", flat=True))
    assert before["l1"] >= 1
    assert tickets.assign_waiting(now=now) == before["l2"] + before["l3"] >= 1
    assert Counter(waiting.values_list("level", flat=True)) == {"l1": before["l1"]}
    lena = AgentProfile.objects.get(user__email__startswith="lena")
    tickets.set_availability(agent=lena.user, availability="online", stand_in=None, by=lena.user, now=now)
    tickets.assign_waiting(now=now)
    assert not waiting.exists()


def test_the_demo_has_a_rule_that_is_on_and_one_that_waits_for_its_preview(furnished: None) -> None:
    assert [(rule.version, rule.is_active) for rule in Rule.objects.all()] == [(1, True), (1, False)]


def test_the_demo_s_people_attached_pictures_and_logs_that_the_worker_finds_whole(furnished: None) -> None:
    files = Attachment.objects.all()
    assert Counter(files.values_list("content_type", flat=True)) == {"image/png": 4, "text/plain": 4}
    assert not files.filter(message=None).exists()
    assert files.filter(message__ticket__in=Ticket.objects.active()).count() >= 2
    assert check_all() == 4
    assert all(one.thumbnail for one in files.filter(content_type="image/png"))
    assert b"408" in b"".join(pieces(files.filter(content_type="text/plain")[0]))


def test_the_demo_s_people_rated_what_was_solved_some_low_and_in_words(furnished: None, now: datetime) -> None:
    rated = Survey.objects.exclude(score=None)
    scores = Counter(rated.values_list("score", flat=True))
    assert set(scores) == {1, 2, 3, 4, 5}
    assert (rated.filter(score__lte=2).count(), rated.count()) == (4, 21)
    assert rated.exclude(comment="").count() >= 12
    assert not rated.filter(answered_at__gt=now).exists()
    assert not Survey.objects.to_ask(now).exists()  # no letter asks for what was rated
