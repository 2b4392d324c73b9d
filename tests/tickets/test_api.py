"""Tickets for programs: the same gate and the same actions as the pages."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from portal.accounts.models import Membership, User
from tests.factories.accounts import MembershipFactory, StaffFactory
from tests.portal.accounts.bearers import bearer, send
from tests.tickets.ways import TICKETS, changed, ids, path_of
from tickets import actions as tickets
from tickets.models import Category, Message, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def test_each_sees_what_the_pages_show_them(
    client: Client, file: File, customer: User, owner: User, stranger: User, agent: User
) -> None:
    of_member, of_owner = file(), file(by=owner)
    assert set(ids(client, TICKETS, customer)) == {of_member.public_id}
    assert set(ids(client, TICKETS, owner)) == set(ids(client, TICKETS, agent))
    assert ids(client, TICKETS, stranger) == []
    for headers, status in ((bearer(stranger), 404), (bearer(customer), 404), (bearer(agent), 200)):
        assert client.get(path_of(of_owner), headers=headers).status_code == status
        assert client.get(path_of(of_owner, "messages"), headers=headers).status_code == status
    assert client.get(TICKETS).status_code == 401


def test_who_left_the_organization_sees_and_writes_no_more(client: Client, file: File, customer: User) -> None:
    ticket, headers = file(), bearer(customer, "write")
    Membership.objects.all().delete()
    assert client.get(path_of(ticket), headers=headers).status_code == 404
    assert send(client, "POST", path_of(ticket, "messages"), headers, {"body": "Hello"}).status_code == 404


def test_customers_see_nothing_that_is_meant_for_staff(client: Client, file: File, customer: User, agent: User) -> None:
    ticket = file()
    tickets.assign(ticket=ticket, to=agent, by=agent)
    tickets.note(ticket=ticket, body="He is angry.", by=agent)
    seen = client.get(path_of(ticket), headers=bearer(customer))
    assert seen.json()["staff"] is None
    assert seen.json()["requester"]["name"] == "Mara"
    assert client.get(path_of(ticket), headers=bearer(agent)).json()["staff"]["assignee"]["name"] == "Lena"
    told = client.get(path_of(ticket, "messages"), headers=bearer(customer))
    assert [one["kind"] for one in told.json()["items"]] == ["reply"]
    assert "angry" not in told.text
    whole = client.get(path_of(ticket, "messages"), headers=bearer(agent)).json()["items"]
    assert [one["kind"] for one in whole] == ["reply", "note"]
    refused = client.get(f"{TICKETS}?assignee=me", headers=bearer(customer))
    assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")


def test_a_ticket_is_filed_in_the_name_of_who_has_the_token(client: Client, customer: User) -> None:
    category = Category.objects.first() or Category.objects.create(slug="signals", name="Signals")
    words = {"subject": " Signals  are late ", "body": "Since *noon*.", "impact": "down", "category": category.slug}
    made = send(client, "POST", TICKETS, bearer(customer, "write"), words)
    assert made.status_code == 201
    told = made.json()
    assert (told["priority"], told["channel"], told["subject"]) == ("critical", "api", "Signals are late")
    assert (told["organization"]["name"], told["category"]) == ("Meridian Capital", category.slug)
    assert made["Location"] == f"{TICKETS}/{told['id']}"
    assert made["ETag"] == '"1"'
    assert Message.objects.get().body == "Since *noon*."


def test_nobody_files_for_an_organization_of_others(client: Client, customer: User, stranger: User) -> None:
    words = {"subject": "Hello", "body": "Hello", "organization": stranger.organizations.get().public_id}
    refused = send(client, "POST", TICKETS, bearer(customer, "write"), words)
    assert (refused.status_code, refused.json()["code"]) == (422, "other_organization")
    MembershipFactory(user=customer)
    unclear = send(client, "POST", TICKETS, bearer(customer, "write"), {"subject": "Hello", "body": "Hello"})
    assert (unclear.status_code, unclear.json()["code"]) == (422, "unknown")
    assert not Ticket.objects.exists()


def test_nobody_floods_the_desk(client: Client, customer: User) -> None:
    headers = bearer(customer, "write")
    for _time in range(20):
        assert send(client, "POST", TICKETS, headers, {"subject": "Hello", "body": "Hello"}).status_code == 201
    assert send(client, "POST", TICKETS, headers, {"subject": "Hello", "body": "Hello"}).status_code == 429


def test_a_change_names_what_its_author_has_seen(client: Client, file: File, customer: User) -> None:
    ticket, headers = file(), bearer(customer, "write")
    unnamed = send(client, "POST", path_of(ticket, "solve"), headers)
    assert (unnamed.status_code, unnamed.json()["code"]) == (428, "no_if_match")
    tickets.reply(ticket=ticket, body="One more thing.", by=customer)
    stale = send(client, "POST", path_of(ticket, "solve"), {**headers, "If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert stale["Content-Type"] == "application/problem+json"
    solved = changed(client, "POST", path_of(ticket, "solve"), headers)
    assert (solved.status_code, solved.json()["state"]) == (200, "solved")
    assert changed(client, "POST", path_of(ticket, "reopen"), headers).json()["state"] == "open"
    assert changed(client, "POST", path_of(ticket, "close"), headers).json()["state"] == "closed"
    refused = changed(client, "POST", path_of(ticket, "reopen"), headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_closed")


def test_staff_change_priority_assignee_and_state(client: Client, file: File, agent: User, now: datetime) -> None:
    ticket, headers = file(), bearer(agent, "write")
    words = {"priority": "high", "reason": "Many are hit.", "assignee": agent.public_id, "state": "waiting"}
    told = changed(client, "PATCH", path_of(ticket), headers, words).json()
    assert (told["priority"], told["state"], told["staff"]["assignee"]["id"]) == ("high", "waiting", agent.public_id)
    told = changed(client, "PATCH", path_of(ticket), headers, {"assignee": None}).json()
    assert told["staff"]["assignee"] is None
    assert changed(client, "PATCH", path_of(ticket), headers, {}).json()["version"] == told["version"]
    for words, status, code in (
        ({"state": "new"}, 409, "illegal_move"),
        ({"state": "open"}, 409, "illegal_move"),
        ({"assignee": "nobody-known"}, 422, "unknown"),
        ({"assignee": StaffFactory().public_id}, 409, "not_an_agent"),
        ({"subject": "Else"}, 422, "invalid"),
    ):
        refused = changed(client, "PATCH", path_of(ticket), headers, words)
        assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_staff_leave_no_note_on_what_they_asked_for_themselves(client: Client, agent: User) -> None:
    ticket = tickets.file_ticket(filing=tickets.Filing("My screen", "It is dark."), by=agent)
    refused = send(client, "POST", path_of(ticket, "notes"), bearer(agent, "write"), {"body": "Disk?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "own_ticket")
    assert send(client, "POST", path_of(ticket, "messages"), bearer(agent, "write"), {"body": "So?"}).status_code == 201


def test_a_change_is_whole_or_not_at_all(client: Client, file: File, agent: User) -> None:
    ticket = file()
    words = {"priority": "high", "assignee": StaffFactory().public_id}
    assert changed(client, "PATCH", path_of(ticket), bearer(agent, "write"), words).status_code == 409
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.version) == ("normal", 1)


def test_customers_and_those_who_only_read_change_nothing_of_staff(client: Client, file: File, customer: User) -> None:
    ticket, executive = file(), StaffFactory()
    executive.groups.add(Group.objects.get(name="executive"))
    refused = changed(client, "PATCH", path_of(ticket), bearer(customer, "write"), {"priority": "critical"})
    assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
    noted = send(client, "POST", path_of(ticket, "notes"), bearer(customer, "write"), {"body": "Psst."})
    assert (noted.status_code, noted.json()["code"]) == (403, "staff_only")
    for path, words in ((path_of(ticket, "solve"), None), (path_of(ticket, "messages"), {"body": "Hi"})):
        assert changed(client, "POST", path, bearer(executive, "write"), words).status_code == 403


def test_both_sides_write(client: Client, file: File, customer: User, agent: User) -> None:
    ticket, staff = file(), bearer(agent, "write")
    answer = send(client, "POST", path_of(ticket, "messages"), staff, {"body": "We **look**.", "leaves": "open"})
    assert answer.status_code == 201
    assert (answer.json()["is_from_staff"], answer.json()["html"]) == (True, "<p>We <strong>look</strong>.</p>")
    assert send(client, "POST", path_of(ticket, "notes"), staff, {"body": "Disk?"}).json()["kind"] == "note"
    theirs = bearer(customer, "write")
    reply = send(client, "POST", path_of(ticket, "messages"), theirs, {"body": "Thanks"}).json()
    assert (reply["is_from_staff"], reply["author"]["name"]) == (False, "Mara")
    leaving = send(client, "POST", path_of(ticket, "messages"), theirs, {"body": "Bye", "leaves": "solved"})
    assert leaving.status_code == 403
    stale = send(client, "POST", path_of(ticket, "messages"), {**staff, "If-Match": '"1"'}, {"body": "Late"})
    assert stale.status_code == 412
    assert Message.objects.count() == 4


def test_lists_are_narrowed_and_ordered_by_what_is_listed_only(
    client: Client, file: File, customer: User, owner: User, agent: User, now: datetime
) -> None:
    first, second = file(), file(by=owner, at=now + timedelta(hours=1))
    tickets.solve(ticket=first, by=agent, now=now + timedelta(hours=2))
    tickets.take(ticket=second, by=agent, now=now + timedelta(hours=1))
    found = {
        "": [first, second],
        "sort=number": [first, second],
        "sort=-number": [second, first],
        "sort=last_activity_at": [second, first],
        "state=solved": [first],
        "priority=low": [],
        "requester=me": [second],
        f"organization={first.organization.public_id}": [first, second],
        "organization=x": [],
        "updated_since=2026-03-10T11:15:00Z": [first],
    }
    for words, rows in found.items():
        assert ids(client, f"{TICKETS}?{words}", owner) == [one.public_id for one in rows], words
    assert ids(client, f"{TICKETS}?assignee=me", agent) == [second.public_id]
    assert ids(client, f"{TICKETS}?assignee=nobody", agent) == [first.public_id]
    headers = bearer(owner)
    for words in ("requester__email=a", "state=asleep", "sort=due_at", "sort=", "assignee=1", "updated_since=noon"):
        assert client.get(f"{TICKETS}?{words}", headers=headers).status_code == 400, words


@pytest.mark.parametrize("sort", ["last_activity_at", "-last_activity_at", "number", "-number"])
def test_pages_lose_no_row_and_tell_none_twice(
    client: Client, file: File, owner: User, now: datetime, sort: str
) -> None:
    rows = {file(at=now + timedelta(minutes=number // 3)).public_id for number in range(7)}
    headers, seen, cursor = bearer(owner), [], ""
    while cursor is not None:
        page = client.get(f"{TICKETS}?sort={sort}&limit=3&cursor={cursor}", headers=headers).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert (set(seen), len(seen)) == (rows, 7)


def test_a_cursor_of_one_conversation_is_none_of_another(client: Client, file: File, customer: User) -> None:
    one, other = file(), file()
    tickets.reply(ticket=one, body="More", by=customer)
    headers = bearer(customer)
    cursor = client.get(f"{path_of(one, 'messages')}?limit=1", headers=headers).json()["next"]
    assert client.get(f"{path_of(one, 'messages')}?cursor={cursor}", headers=headers).status_code == 200
    assert client.get(f"{path_of(other, 'messages')}?cursor={cursor}", headers=headers).status_code == 400


def test_the_number_of_queries_is_the_same_for_few_and_many(
    client: Client, file: File, owner: User, customer: User, agent: User, django_assert_num_queries: Any
) -> None:
    ticket = file()
    theirs, staff = bearer(owner), bearer(agent)
    for headers in (theirs, staff):
        client.get("/api/v1/me", headers=headers)  # notes the use of the token
    for count in (1, 29):
        for _one in range(count):
            tickets.reply(ticket=ticket, body="More", by=customer)
            file()
        with django_assert_num_queries(4):  # token, person, plans, tickets
            client.get(TICKETS, headers=theirs)
        with django_assert_num_queries(3):  # token, person, tickets
            client.get(TICKETS, headers=staff)
        with django_assert_num_queries(5):  # token, person, plans, ticket, messages
            client.get(path_of(ticket, "messages"), headers=theirs)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_at_once_one_is_told(file: File, customer: User) -> None:
    ticket, headers = file(), {**bearer(customer, "write"), "If-Match": '"1"'}
    statuses: list[int] = []

    def solve() -> None:
        try:
            statuses.append(send(Client(), "POST", path_of(ticket, "solve"), headers).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=solve) for _one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) == [200, 412, 412, 412]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_files_once(customer: User) -> None:
    headers = {**bearer(customer, "write"), "Idempotency-Key": "k1"}
    statuses: list[int] = []

    def file_it() -> None:
        try:
            answer = send(Client(), "POST", TICKETS, headers, {"subject": "Hello", "body": "Hello"})
            statuses.append(answer.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=file_it) for _one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Ticket.objects.count() == 1
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
