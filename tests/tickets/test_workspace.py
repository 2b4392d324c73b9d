import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory, TierFactory
from tests.factories.tickets import MacroFactory, MessageFactory, TagFactory, TicketFactory
from tickets import actions as tickets
from tickets.metrics import queue_of
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
QUEUE = "/admin/tickets/ticket/"


@pytest.fixture(autouse=True)
def without_second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """The agent's browser."""
    client.force_login(agent)
    return client


def page_of(ticket: Ticket) -> str:
    return f"{QUEUE}{ticket.pk}/change/"


def subjects(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)', page)


def test_the_queue_begins_with_what_is_due_first(desk: Client, file: File, now: datetime) -> None:
    file(subject="Later")
    TicketFactory(subject="Without a promise", state="open", filed_at=now)
    file(subject="First", priority="critical")
    assert subjects(desk.get(QUEUE).content.decode()) == ["First", "Later", "Without a promise"]


def test_the_queue_shows_what_is_our_turn_until_asked_for_more(
    desk: Client, file: File, agent: User, now: datetime
) -> None:
    file(subject="New")
    tickets.wait_for_customer(ticket=file(subject="Theirs"), by=agent, now=now)
    tickets.solve(ticket=file(subject="Solved"), by=agent, now=now)
    assert subjects(desk.get(QUEUE).content.decode()) == ["New"]
    assert subjects(desk.get(f"{QUEUE}?state=waiting").content.decode()) == ["Theirs"]
    assert subjects(desk.get(f"{QUEUE}?state=done").content.decode()) == ["Solved"]
    assert len(subjects(desk.get(f"{QUEUE}?state=all").content.decode())) == 3


def test_the_queue_is_narrowed_by_assignee_priority_promise_and_tier(
    desk: Client, file: File, agent: User, now: datetime
) -> None:
    live = timezone.now()
    tickets.take(ticket=file(subject="Mine", at=live), by=agent, now=live)
    file(subject="Nobody's, high", priority="high", at=live)
    file(subject="Overdue", at=now)
    file(subject="Soon", priority="critical", at=live)
    TicketFactory(subject="Pro", organization__tier=TierFactory(slug="pro"), state="open", filed_at=live)
    expected = {
        "whose=mine": ["Mine"],
        "priority=high": ["Nobody&#x27;s, high"],
        "promise=overdue": ["Overdue"],
        "promise=soon": ["Soon"],
        "promise=missed": [],
        "tier=pro": ["Pro"],
        "whose=unassigned&tier=elite": ["Overdue", "Soon", "Nobody&#x27;s, high"],
    }
    for choice, found in expected.items():
        assert subjects(desk.get(f"{QUEUE}?{choice}").content.decode()) == found, choice


@pytest.mark.parametrize(
    "probe", ["requester__password__startswith=a", "subject__contains=a", "state=password", "sort=password"]
)
def test_keys_from_the_address_never_reach_the_database(desk: Client, file: File, probe: str) -> None:
    file()
    assert desk.get(f"{QUEUE}?{probe}").status_code == 400


def test_the_queue_is_searched_by_number_subject_and_address(desk: Client, file: File, customer: User) -> None:
    first, _second = file(subject="One"), file(subject="Two")
    for words, found in [(first.number, ["One"]), ("two", ["Two"]), (customer.email, ["Two", "One"])]:
        assert subjects(desk.get(f"{QUEUE}?q={words}&state=all").content.decode()) == found


@pytest.mark.parametrize("rows", [1, 30])
def test_the_queue_takes_five_queries(
    desk: Client, file: File, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        file()
    desk.get(QUEUE)
    with django_assert_num_queries(5):
        desk.get(QUEUE)


def test_the_workspace_shows_the_talk_with_notes_and_the_letters_it_caused(
    desk: Client, file: File, agent: User, now: datetime, settle: Callable[..., int]
) -> None:
    ticket = file()
    tickets.note(ticket=ticket, body="Sounds angry.", by=agent, now=now)
    tickets.reply(ticket=ticket, body="We look into it.", by=agent, now=now)
    settle(now=timezone.now())
    Letter.objects.filter(about_type="tickets.message").update(state="bounced")
    shown = desk.get(page_of(ticket)).content.decode()
    for words in (
        "Sounds angry.",
        "We look into it.",
        ": Bounced",
        "That is what we promise for the channel “Web form”",  # the answer is given, the solution is owed
        "Lena answered",
    ):
        assert words in shown


@pytest.mark.parametrize("rows", [1, 30])
def test_the_workspace_takes_fourteen_queries(
    desk: Client, file: File, agent: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ticket = file()
    for _ in range(rows):
        MessageFactory(ticket=ticket, author=agent, is_from_staff=True)
        MacroFactory().tags.add(tag := TagFactory())
        ticket.tags.add(tag)
        file()
    desk.get(page_of(ticket))
    with django_assert_num_queries(14):
        desk.get(page_of(ticket))


@pytest.mark.parametrize(
    ("leaves", "state"), [("waiting", "waiting"), ("open", "open"), ("solved", "solved"), ("", "waiting")]
)
def test_answering_takes_the_ticket_and_leaves_it_as_chosen(
    desk: Client, file: File, agent: User, leaves: str, state: str
) -> None:
    ticket = file()
    answer = desk.post(
        reverse("admin:tickets_ticket_reply", args=[ticket.pk]),
        {"body": "On it.", "leaves": leaves, "seen": ticket.version},
    )
    assert answer["Location"] == page_of(ticket)
    assert tickets.leave_next(now=timezone.now() + timedelta(seconds=11))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.assignee) == (state, agent)
    assert (ticket.due_at is not None) == (state == "open")  # then the next update and the solution are owed


def test_an_answer_written_on_an_old_state_is_stopped_with_its_text_kept(
    desk: Client, file: File, customer: User
) -> None:
    ticket = file()
    seen = ticket.version
    tickets.reply(ticket=ticket, body="It works again, thanks!", by=customer)
    stopped = desk.post(
        reverse("admin:tickets_ticket_reply", args=[ticket.pk]), {"body": "Please restart.", "seen": seen}
    )
    shown = stopped.content.decode()
    assert stopped.status_code == 409
    assert "This came in while you were writing" in shown
    assert "It works again, thanks!" in shown
    assert "Please restart.</textarea>" in shown
    assert ticket.messages.count() == 2
    again = re.search(r'name="seen" value="(\d+)"', shown)
    assert again
    desk.post(reverse("admin:tickets_ticket_reply", args=[ticket.pk]), {"body": "Good!", "seen": again[1]})
    assert tickets.leave_next(now=timezone.now() + timedelta(seconds=11))
    assert ticket.messages.count() == 3


def test_an_empty_answer_and_an_empty_note_are_shown_again(desk: Client, file: File) -> None:
    ticket = file()
    for name in ("reply", "note"):
        answer = desk.post(reverse(f"admin:tickets_ticket_{name}", args=[ticket.pk]), {"body": "", "seen": 1})
        assert answer.status_code == 422
    assert ticket.messages.count() == 1


def test_the_buttons_of_the_workspace_move_the_ticket(
    desk: Client, file: File, agent: User, new_agent: Callable[..., User]
) -> None:
    ticket, colleague = file(), new_agent()
    steps = [
        ("take", {}, {"state": "open", "assignee": agent}),
        ("assign", {"assignee": colleague.pk}, {"assignee": colleague}),
        ("assign", {"assignee": ""}, {"assignee": None}),
        ("priority", {"priority": "critical", "reason": "All models stand still"}, {"priority": "critical"}),
        ("wait", {}, {"state": "waiting"}),
        ("solve", {}, {"state": "solved"}),
        ("reopen", {}, {"state": "open"}),
        ("solve", {}, {"state": "solved"}),
        ("close", {}, {"state": "closed"}),
    ]
    for name, fields, expected in steps:
        answer = desk.post(reverse(f"admin:tickets_ticket_{name}", args=[ticket.pk]), fields)
        assert answer["Location"] == page_of(ticket), name
        ticket.refresh_from_db()
        assert {field: getattr(ticket, field) for field in expected} == expected, name
    assert "All models stand still" in desk.get(page_of(ticket)).content.decode()


def test_a_note_stays_inside(desk: Client, file: File, customer: User) -> None:
    ticket = file()
    desk.post(reverse("admin:tickets_ticket_note", args=[ticket.pk]), {"body": "Feed 3 is down."})
    assert ticket.messages.shown_to(customer).count() == 1
    assert "Feed 3 is down." in desk.get(page_of(ticket)).content.decode()


def test_a_refusal_is_said_on_the_page(desk: Client, file: File, agent: User) -> None:
    ticket = file()
    tickets.close(ticket=ticket, by=agent)
    answer = desk.post(reverse("admin:tickets_ticket_reopen", args=[ticket.pk]), follow=True)
    assert "This ticket is closed." in answer.content.decode()


def test_who_only_reads_acts_on_nothing(client: Client, file: File) -> None:
    executive = StaffFactory()
    executive.groups.add(Group.objects.get(name="executive"))
    client.force_login(executive)
    ticket = file()
    shown = client.get(page_of(ticket)).content.decode()
    assert 'class="reply-box' not in shown
    for name in ("reply", "note", "take", "assign", "priority", "wait", "solve", "close", "reopen"):
        answer = client.post(reverse(f"admin:tickets_ticket_{name}", args=[ticket.pk]), {"body": "x", "seen": 1})
        assert answer.status_code == 403, name
    ticket.refresh_from_db()
    assert ticket.version == 1


@pytest.mark.parametrize("who", ["customer", "staff without a role"])
def test_nobody_else_enters_the_workspace(client: Client, file: File, customer: User, who: str) -> None:
    client.force_login(customer if who == "customer" else StaffFactory())
    assert client.get(page_of(file())).status_code in (302, 403)
    assert client.get(QUEUE).status_code in (302, 403)


def test_what_is_not_there_is_not_found(desk: Client) -> None:
    assert desk.get(f"{QUEUE}4711/change/").status_code == 404
    assert desk.get(f"{QUEUE}x/change/").status_code == 404


def test_the_figures_of_an_agents_queue(
    file: File, agent: User, new_agent: Callable[..., User], now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    tickets.take(ticket=file(subject="Mine", at=now), by=agent, now=now)
    tickets.take(ticket=file(subject="A colleague's", priority="critical", at=now), by=new_agent(), now=now)
    file(subject="Soon", priority="critical", at=now)
    file(subject="Overdue", at=now - timedelta(days=1))
    tickets.solve(ticket=file(subject="Done", at=now), by=agent, now=now)
    with django_assert_num_queries(2):
        queue = queue_of(agent, now)
    assert (queue.mine, queue.unassigned, queue.due_soon, queue.overdue) == (1, 2, 2, 1)
    assert [(line["subject"], line["standing"]) for line in queue.urgent] == [
        ("Overdue", "breached"), ("Soon", "soon"), ("Mine", "due"),
    ]  # fmt: skip


def test_leads_change_what_is_promised(client: Client) -> None:
    lead = StaffFactory()
    lead.groups.add(Group.objects.get(name="lead"))
    client.force_login(lead)
    assert client.get("/admin/tickets/slapolicy/").status_code == 200
    assert client.get("/admin/tickets/slapolicy/add/").status_code == 200


def test_the_timeline_of_an_organization_names_who_got_a_ticket(client: Client, agent: User, file: File) -> None:
    ticket = file()
    tickets.assign(ticket=ticket, to=agent, by=None)
    tickets.assign(ticket=ticket, to=None, by=None)
    client.force_login(StaffFactory(role="administrator"))
    shown = client.get(reverse("admin:accounts_organization_change", args=[ticket.organization_id])).text
    assert "assigned the ticket to Lena" in shown
    assert "assigned the ticket to nobody" in shown
