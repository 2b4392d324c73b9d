"""Canned answers with variables, and tags."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.placeholders import fill, unknown
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import MacroFactory, TagFactory
from tickets import actions as tickets
from tickets.models import Macro, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
QUEUE = "/admin/tickets/ticket/"


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


def url(name: str, ticket: Ticket) -> str:
    return reverse(f"admin:tickets_ticket_{name}", args=[ticket.pk])


def events_of(ticket: Ticket) -> list[str]:
    return list(Event.objects.about(ticket).order_by("pk").values_list("name", flat=True))


# --- Variables --------------------------------------------------------------------------------------------------------


def test_what_a_value_contains_is_never_filled_in_again() -> None:
    assert fill("{{a}} {{ b }} {{c}}", {"a": "{{ b }}", "b": "2"}) == "{{ b }} 2 {{c}}"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Hello {{ name }}", []),
        ("{{ name.password }}", ["name.password"]),
        ("{{ name|upper }}", ["name|upper"]),
        ("{{ name", ["{{"]),
        ("{% debug %}", []),  # plain text: no template is ever rendered
        ("{{}}", [""]),
    ],
)
def test_only_names_of_the_list_are_known(text: str, wrong: list[str]) -> None:
    assert unknown(text, ["name"]) == wrong


def test_an_answer_names_the_people_and_the_ticket(file: File, agent: User, customer: User) -> None:
    customer.name = "Mara  {{ agent.name }} Voss"
    customer.save()
    macro = MacroFactory(
        body="Dear {{ requester.name }}, #{{ ticket.number }} ({{organization.name}}). {{ agent.first_name }}"
    )
    ticket = file()
    said = macro.answer_to(Ticket.objects.with_people().get(pk=ticket.pk), agent)
    assert said == f"Dear Mara {{{{ agent.name }}}} Voss, #{ticket.number} (Meridian Capital). Lena"


def test_a_macro_with_an_unknown_variable_is_not_kept(agent: User) -> None:
    with pytest.raises(Refused) as refused:
        tickets.keep_macro(macro=Macro(name="Spy", body="{{ requester.password }}"), by=agent)
    assert refused.value.code == "unknown_variable"
    assert "requester.password" in str(refused.value)
    assert not Macro.objects.exists()


# --- Whose they are ---------------------------------------------------------------------------------------------------


def test_agents_keep_their_own_macros_and_leads_share_them(agent: User, new_agent: Callable[..., User]) -> None:
    own = tickets.keep_macro(macro=Macro(name="Mine", body="Hello"), by=agent)
    colleague = new_agent()
    assert own.owner == agent
    assert not Macro.objects.offered_to(colleague).exists()
    with pytest.raises(Refused):
        tickets.keep_macro(macro=own, by=colleague)
    own.is_shared = True
    with pytest.raises(Refused):
        tickets.keep_macro(macro=own, by=agent)
    tickets.keep_macro(macro=own, by=StaffFactory(role="lead"))
    assert Macro.objects.offered_to(colleague).get() == own
    own.is_shared = False
    with pytest.raises(Refused):
        tickets.keep_macro(macro=own, by=agent)  # it is what all work with


def test_macros_and_tags_are_kept_in_the_admin(desk: Client, agent: User, client: Client) -> None:
    tag, shared = TagFactory(), MacroFactory(name="Shared")
    fields = {"name": "Mine", "body": "Hi {{ requester.nam }}", "tags": [tag.pk], "is_active": "on", "is_shared": "on"}
    refused = desk.post("/admin/tickets/macro/add/", fields)
    assert "Unknown: requester.nam." in refused.text
    desk.post("/admin/tickets/macro/add/", {**fields, "body": "Hi {{ requester.name }}"})
    mine = Macro.objects.get(name="Mine")
    assert (mine.owner, mine.is_shared, list(mine.tags.all())) == (agent, False, [tag])
    shown = desk.get("/admin/tickets/macro/").text
    assert "Mine" in shown
    assert "Shared" in shown
    assert desk.post(f"/admin/tickets/macro/{shared.pk}/change/", {**fields, "body": ""}).status_code == 403
    assert desk.post(f"/admin/tickets/macro/{shared.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/tickets/tag/add/").status_code == 403
    client.force_login(StaffFactory(role="lead"))
    assert client.post("/admin/tickets/tag/add/", {"name": "VIP", "slug": "vip"}).status_code == 302
    assert client.get(f"/admin/tickets/macro/{mine.pk}/change/").status_code == 302  # another's own is not there
    assert client.get(f"/admin/tickets/macro/{shared.pk}/change/").status_code == 200


# --- Applied ----------------------------------------------------------------------------------------------------------


def test_a_macro_does_all_that_it_says_in_one_go(file: File, agent: User) -> None:
    ticket, tag = file(), TagFactory(slug="feed")
    macro = MacroFactory(priority="high", leaves="solved", assigns_me=True)
    macro.tags.add(tag)
    done = tickets.apply_macro(macro=macro, ticket=ticket, by=agent, answer=tickets.Answer("Restarted, Mara."))
    assert (done.state, done.priority, done.assignee, list(done.tags.all())) == ("solved", "high", agent, [tag])
    assert ticket.messages.replies().in_order().last().body == "Restarted, Mara."
    wanted = ["ticket.assigned", "ticket.priority_changed", "ticket.tagged", "ticket.replied", "ticket.macro_applied"]
    assert [name for name in events_of(ticket) if name in wanted] == wanted


def test_a_macro_that_is_refused_half_way_changes_nothing(file: File, agent: User, customer: User) -> None:
    ticket = file()
    macro = MacroFactory(priority="high", assigns_me=True)
    tickets.reply(ticket=ticket, body="It works again.", by=customer)
    with pytest.raises(Refused) as refused:
        tickets.apply_macro(
            macro=macro, ticket=ticket, by=agent, answer=tickets.Answer("Please restart.", seen_version=ticket.version)
        )
    assert refused.value.code == "stale"
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.assignee) == ("normal", None)
    assert "ticket.macro_applied" not in events_of(ticket)


def test_a_colleagues_own_macro_cannot_be_used(file: File, agent: User, new_agent: Callable[..., User]) -> None:
    macro = MacroFactory(is_shared=False, owner=new_agent())
    with pytest.raises(Refused):
        tickets.apply_macro(macro=macro, ticket=file(), by=agent)


@pytest.mark.parametrize(
    ("leaves", "state"), [("waiting", "waiting"), ("open", "new"), ("solved", "solved"), ("", "new")]
)
def test_without_an_answer_only_the_rest_is_done(file: File, agent: User, leaves: str, state: str) -> None:
    ticket = file()
    assert tickets.apply_macro(macro=MacroFactory(leaves=leaves), ticket=ticket, by=agent).state == state
    assert ticket.messages.count() == 1


# --- In the workspace -------------------------------------------------------------------------------------------------


def test_a_macro_is_put_below_the_draft_and_sent(desk: Client, file: File, agent: User) -> None:
    ticket, macro = file(), MacroFactory(name="Hello", leaves="open", priority="high")
    assert 'name="pick"' in desk.get(url("change", ticket)).text
    page = desk.post(url("compose", ticket), {"pick": macro.pk, "body": "PS", "seen": ticket.version}).text
    assert "PS\n\nHello Mara</textarea>" in page
    assert "Send with “Hello”" in page
    assert ticket.messages.count() == 1
    part = desk.post(
        url("compose", ticket),
        {"pick": macro.pk, "body": "", "seen": 1},
        headers={"HX-Request": "true", "HX-Target": "composer"},
    ).text
    assert part.count("<form") == 1
    assert 'name="seen" value="1"' in part
    leaves = re.search(r'name="leaves" value="(\w+)"', part)
    assert leaves
    desk.post(
        url("reply", ticket),
        {"body": "Hello Mara!", "seen": ticket.version, "macro": macro.pk, "leaves": leaves[1]},
    )
    assert tickets.leave_next(now=timezone.now() + timedelta(seconds=11))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.priority) == ("open", "high")
    assert ticket.messages.replies().in_order().last().body == "Hello Mara!"


def test_a_macro_is_applied_without_an_answer_and_can_be_left_out(desk: Client, file: File) -> None:
    ticket, macro = file(), MacroFactory(leaves="solved")
    left = desk.post(url("compose", ticket), {"pick": "", "macro": macro.pk, "body": "Draft", "seen": 1}).text
    assert "Draft</textarea>" in left
    assert "Send and solve" in left
    desk.post(url("macro", ticket), {"macro": macro.pk, "body": "Draft"})
    ticket.refresh_from_db()
    assert (ticket.state, ticket.messages.count()) == ("solved", 1)
    assert desk.post(url("macro", ticket), {"macro": "x"}).status_code == 404
    assert desk.post(url("compose", ticket), {"pick": "4711"}).status_code == 404


def test_a_macro_that_was_withdrawn_meanwhile_is_refused_with_the_text_kept(desk: Client, file: File) -> None:
    ticket, macro = file(), MacroFactory(is_active=False)
    shown = desk.post(url("reply", ticket), {"body": "My words", "seen": ticket.version, "macro": macro.pk})
    assert shown.status_code == 409
    assert "My words</textarea>" in shown.text


# --- Tags -------------------------------------------------------------------------------------------------------------


def test_tags_go_on_and_off_with_news_once(file: File, agent: User, customer: User) -> None:
    ticket, one, two = file(), TagFactory(slug="one"), TagFactory(slug="two")
    tickets.tag(ticket=ticket, add=[two, one], by=agent)
    tickets.tag(ticket=ticket, add=[one], by=agent)
    tickets.tag(ticket=ticket, drop=[two], by=agent)
    told = [
        (event.name, event.details["tags"])
        for event in Event.objects.about(ticket).named("ticket.tagged", "ticket.untagged").order_by("pk")
    ]
    assert told == [("ticket.tagged", "one, two"), ("ticket.untagged", "two")]
    with pytest.raises(Refused):
        tickets.tag(ticket=ticket, add=[two], by=customer)


def test_the_form_of_tags_changes_only_what_was_ticked_here(desk: Client, file: File, agent: User) -> None:
    ticket, had, meanwhile, new = file(), TagFactory(name="Had"), TagFactory(name="Meanwhile"), TagFactory(name="New")
    tickets.tag(ticket=ticket, add=[had, meanwhile], by=agent)
    desk.post(url("tags", ticket), {"had": [had.pk], "tags": [new.pk]})
    assert set(ticket.tags.all()) == {meanwhile, new}
    page = desk.get(url("change", ticket)).text
    assert '<span class="chip">Meanwhile</span>' in page
    assert "Choose from" in desk.post(url("tags", ticket), {"tags": ["x"]}, follow=True).text


def test_the_queue_shows_tags_and_is_narrowed_by_one(desk: Client, file: File, agent: User) -> None:
    tickets.tag(ticket=file(subject="Tagged"), add=[TagFactory(slug="vip", name="VIP")], by=agent)
    file(subject="Other")
    page = desk.get(f"{QUEUE}?tag=vip").text
    assert "Tagged" in page
    assert "Other</a>" not in page
    assert '<span class="chip">VIP</span>' in page
    assert desk.get(f"{QUEUE}?tag=nonsense").status_code == 400
