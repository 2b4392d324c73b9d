"""Searches of the queue that are kept: whose they are, what they count."""

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.desk import QueueViewFactory
from tests.factories.tickets import TicketFactory
from tickets import actions as tickets
from tickets.furnish import make_views
from tickets.models import QueueView, Ticket
from tickets.search import counts

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
VIEWS = "/admin/tickets/ticket/views/"
PART = {"HX-Request": "true", "HX-Target": "views"}


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


@pytest.fixture
def lead(db: None) -> User:
    return StaffFactory(name="Lee", role="lead")


def bar(desk: Client, **here: str) -> list[tuple[str, str]]:
    page = desk.get(VIEWS, here, headers=PART).content.decode()
    return re.findall(r">([^<>]+) <small>([^<]+)</small></a>", page)


def test_the_shipped_views_count_what_is_there(desk: Client, file: File, agent: User) -> None:
    make_views()
    now = timezone.now()
    tickets.take(ticket=file(at=now), by=agent, now=now)
    file(at=now, priority="critical")
    file(at=now.replace(year=now.year - 1))
    tickets.wait_for_customer(ticket=file(at=now), by=agent, now=now)
    tickets.solve(ticket=file(at=now), by=agent, now=now)
    assert bar(desk) == [
        ("My open", "1"),
        ("Unassigned", "2"),
        ("Due within the hour", "1"),
        ("Breached", "1"),
        ("Waiting for customer", "1"),
        ("Recently solved", "1"),
        ("Snoozed", "0"),
    ]
    for view in QueueView.objects.all():
        assert desk.get(f"/admin/tickets/ticket/{view.address}").status_code == 200


def test_counting_stops_at_what_nobody_reads(desk: Client, agent: User) -> None:
    QueueViewFactory(name="Many")
    TicketFactory.create_batch(101)
    assert bar(desk)[-1] == ("Many", "99+")


def test_all_views_are_counted_in_one_query(
    agent: User, file: File, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    file()
    make_views()
    agent.has_perm("tickets.view_ticket")
    views = [
        *QueueView.objects.all(),
        QueueViewFactory(query="field:x"),
        QueueViewFactory(query='refund org:"x y" -tag:a'),
    ]
    with django_assert_num_queries(4):  # with its savepoint and its limit of time
        found = counts(views, reader=agent, now=timezone.now())
    assert len(found) == 8  # one means nothing


def test_the_queue_asks_for_its_views_only_after_it_is_there(desk: Client, file: File) -> None:
    make_views()
    file()
    shown = desk.get("/admin/tickets/ticket/").content.decode()
    assert f'hx-get="{VIEWS}?"' in shown
    assert "Recently solved" not in shown
    assert 'aria-current="page"' in desk.get(VIEWS, {"q": "status:ours due:overdue"}, headers=PART).content.decode()


def test_an_agent_keeps_views_of_their_own(desk: Client, agent: User, new_agent: Callable[..., User]) -> None:
    keep = reverse("admin:tickets_ticket_keep_view")
    assert desk.post(keep, {"name": "Refunds", "query": "refund status:ours", "sort": "newest"}).status_code == 302
    assert desk.post(keep, {"name": "Refunds", "query": "refund", "is_shared": ""}).status_code == 302
    view = QueueView.objects.get(name="Refunds")
    assert (view.owner, view.query, view.sort) == (agent, "refund", "due")
    assert "Refunds" in desk.get(VIEWS).content.decode()
    wrong = desk.post(keep, {"name": "Wrong", "query": "password:x"})
    assert wrong.status_code == 422
    assert "There is no field" in wrong.content.decode()
    assert "password:x" in wrong.content.decode()
    assert desk.post(keep, {"name": "", "query": "x"}).status_code == 422
    assert desk.post(keep, {"name": "x", "query": "x", "sort": "subject"}).status_code == 422
    colleague = new_agent()
    assert not QueueView.objects.visible_to(colleague).filter(pk=view.pk).exists()
    desk.force_login(colleague)
    assert desk.post(reverse("admin:tickets_ticket_drop_view", args=[view.pk])).status_code == 404
    with pytest.raises(Refused):
        tickets.drop_view(view=view, by=colleague)
    desk.force_login(agent)
    assert desk.post(reverse("admin:tickets_ticket_drop_view", args=[view.pk])).status_code == 302
    assert not QueueView.objects.owned_by(agent).exists()
    tickets.drop_view(view=view, by=agent)  # a double click


def test_shared_views_are_kept_by_who_may_share(desk: Client, agent: User, lead: User) -> None:
    make_views()
    keep = reverse("admin:tickets_ticket_keep_view")
    shared = {"name": "Level two", "query": "team:l2", "is_shared": "on", "level": "l2"}
    assert desk.post(keep, shared).status_code == 422
    assert not QueueView.objects.filter(name="Level two").exists()
    desk.force_login(lead)
    assert desk.post(keep, shared).status_code == 302
    made = QueueView.objects.get(name="Level two")
    assert not QueueView.objects.visible_to(agent).filter(pk=made.pk).exists()
    agent.groups.add(Group.objects.get(name="agent-l2"))
    assert QueueView.objects.visible_to(User.objects.get(pk=agent.pk)).filter(pk=made.pk).exists()
    shipped = QueueView.objects.get(slug="snoozed")
    desk.force_login(agent)
    desk.post(reverse("admin:tickets_ticket_drop_view", args=[shipped.pk]))
    assert QueueView.objects.get(pk=shipped.pk).is_active
    desk.force_login(lead)
    desk.post(reverse("admin:tickets_ticket_drop_view", args=[shipped.pk]))
    make_views()
    assert not QueueView.objects.get(slug="snoozed").is_active


def test_nobody_keeps_views_without_end(agent: User) -> None:
    for number in range(30):
        tickets.keep_view(view=QueueView(name=f"V{number}", query="x", owner=agent), by=agent)
    with pytest.raises(Refused):
        tickets.keep_view(view=QueueView(name="One more", query="x", owner=agent), by=agent)


def test_who_reads_no_tickets_has_no_views(client: Client, customer: User, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(customer)
    assert client.get(VIEWS).status_code in (302, 403)
    client.force_login(StaffFactory())
    assert client.get(VIEWS).status_code == 403
    assert client.post(reverse("admin:tickets_ticket_keep_view"), {"name": "x", "query": "x"}).status_code == 403
