"""The customers' list: what narrows it, what orders it, and what is refused."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.accounts.states import MemberRole
from tests.factories.accounts import MembershipFactory
from tests.factories.tickets import TicketFactory
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def reader(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def subjects(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/tickets/{query}")
    assert answer.status_code == 200
    return re.findall(r'class="row-title" href="[^"]+">([^<]+)<', answer.content.decode())


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?state=password", "“state” can be: active, waiting, done, all."),
        ("?whose=requester__password", "“whose” can be: all, mine."),
        ("?priority=vip", "“priority” can be: critical, high, normal, low."),
        ("?sort=requester__password", "“sort” can be: activity, quiet, number."),
        ("?requester__password__startswith=a", "The list has no filter “requester__password__startswith”."),
        ("?before=x-y", "“before” names no place in this list."),
        ("?before=9999999999999999999-1", "“before” names no place in this list."),
        ("?q=" + "x" * 101, "“q” is too long."),
    ],
)
def test_what_is_not_offered_is_400_with_a_sentence(reader: Client, file: File, query: str, said: str) -> None:
    file()
    answer = reader.get(f"/tickets/{query}")
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "Signals are late" not in answer.content.decode()


def test_priority_and_words_narrow_the_list(reader: Client, file: File, agent: User, now: datetime) -> None:
    late, api = file(subject="Late signals", priority="high"), file(subject="API key", body="The Webhook is silent.")
    assert subjects(reader, "?priority=high") == ["Late signals"]
    assert subjects(reader, "?q=webhook+silent") == ["API key"]
    assert subjects(reader, "?q=LATE") == ["Late signals"]
    assert subjects(reader, f"?q=%23{api.number}") == ["API key"]
    assert subjects(reader, "?q=late+webhook") == []
    assert subjects(reader, "?q=%25") == []
    tickets.note(ticket=late, body="He is a nuisance.", by=agent, now=now)
    assert subjects(reader, "?q=nuisance") == []  # what one may not read, no search tells


@pytest.mark.parametrize("sort", ["activity", "quiet", "number"])
def test_pages_follow_each_other_without_gap_in_every_order(
    reader: Client, customer: User, now: datetime, sort: str
) -> None:
    for minute in range(60):
        TicketFactory(requester=customer, organization=None, filed_at=now - timedelta(minutes=minute // 2))
    seen: list[str] = []
    address = f"/tickets/?sort={sort}"
    for _ in range(3):
        shown = reader.get(address).content.decode()
        seen += re.findall(r'class="row-title" href="/tickets/([^"/]+)/"', shown)
        following = re.search(r'rel="next" href="([^"]+)"', shown)
        address = "/tickets/" + following[1].replace("&amp;", "&") if following else ""
    order = {"activity": ("-last_activity_at", "-pk"), "quiet": ("last_activity_at", "pk"), "number": ("-pk",)}[sort]
    assert seen == list(Ticket.objects.order_by(*order).values_list("public_id", flat=True))
    assert address == ""


@pytest.mark.parametrize("sort", ["activity", "quiet", "number"])
def test_an_owner_sees_all_that_is_theirs_in_one_order_and_nothing_twice(
    client: Client, owner: User, customer: User, stranger: User, now: datetime, sort: str
) -> None:
    """What their organization has, what they filed for none, and what they filed as a member of another."""
    own, other = owner.organizations.get(), MembershipFactory(user=owner, role=MemberRole.MEMBER).organization
    ways = [(customer, own), (owner, own), (owner, None), (owner, other), (stranger, None), (stranger, other)]
    for number in range(54):
        requester, organization = ways[number % len(ways)]
        at = now - timedelta(minutes=number // 2)
        TicketFactory(requester=requester, organization=organization, filed_at=at, priority="low")
    client.force_login(owner)
    seen: list[str] = []
    address = f"/tickets/?sort={sort}&priority=low"
    while address:
        shown = client.get(address).content.decode()
        seen += re.findall(r'class="row-title" href="/tickets/([^"/]+)/"', shown)
        following = re.search(r'rel="next" href="([^"]+)"', shown)
        address = "/tickets/" + following[1].replace("&amp;", "&") if following else ""
    order = {"activity": ("-last_activity_at", "-pk"), "quiet": ("last_activity_at", "pk"), "number": ("-pk",)}[sort]
    wanted = Ticket.objects.exclude(requester=stranger).order_by(*order)
    assert seen == list(wanted.values_list("public_id", flat=True))
    assert len(seen) == 36


def test_only_who_sees_others_is_asked_whose(client: Client, customer: User, owner: User, file: File) -> None:
    file()
    for user, is_asked in ((customer, False), (owner, True)):
        client.force_login(user)
        assert ("Whose tickets" in client.get("/tickets/").content.decode()) == is_asked


@pytest.mark.parametrize("query", ["", "?q=late+ten&priority=normal&state=all&whose=mine&sort=quiet"])
def test_the_list_takes_three_queries_whatever_narrows_it(
    reader: Client, file: File, query: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        file()
    reader.get("/tickets/")
    with django_assert_num_queries(3):
        assert len(subjects(reader, query)) == 5


def test_any_page_is_read_by_an_index(
    customer: User, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The place of a page is a bound of the index, not so many rows to pass over."""
    found = Ticket.objects.requested_by(customer).page_by("activity", after=(now, 7))
    assert "OFFSET" not in str(found.query)
    assert "Index Cond" in found.explain() or "Seq Scan" in found.explain()
