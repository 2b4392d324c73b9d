"""Fields of one's own: defined as rows, answered by kind, found by value."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.desk import FieldValueFactory, TicketFieldFactory
from tests.factories.tickets import CategoryFactory
from tickets import actions as tickets
from tickets.models import FieldValue, Ticket, TicketField
from tickets.search import understood

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
NEW = "/tickets/new/"


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


@pytest.fixture
def reader(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def answers(ticket: Ticket) -> dict[str, Any]:
    return {one.field.slug: one.value for one in FieldValue.objects.filter(ticket=ticket).select_related("field")}


KINDS = [
    ("text", "  Gold  plan ", "Gold plan", ["x" * 501, "a\x00b"]),
    ("choice", "Gold", "Gold", ["Silver"]),
    ("number", "12.50", Decimal("12.5"), ["twelve", "NaN", "1e30"]),
    ("date", "2026-04-01", date(2026, 4, 1), ["2026-02-30", "soon"]),
    ("checkbox", True, True, ["yes"]),
]


@pytest.mark.parametrize(("kind", "given", "kept", "wrong"), KINDS)
def test_an_answer_is_kept_by_its_kind(
    file: File, agent: User, kind: str, given: Any, kept: Any, wrong: list[Any], now: datetime
) -> None:
    field, ticket = TicketFieldFactory(kind=kind, slug="plan", choices=["Gold"]), file()
    before = ticket.version
    tickets.set_fields(ticket=ticket, values={field: given}, by=agent, now=now)
    tickets.set_fields(ticket=ticket, values={field: given}, by=agent, now=now)  # a double click
    assert answers(ticket) == {"plan": kept}
    assert Event.objects.about(ticket).named("ticket.fields_changed").get().details["fields"] == "plan"
    assert Ticket.objects.get(pk=ticket.pk).version == before + 1
    for value in wrong:
        with pytest.raises(Refused) as refused:
            tickets.set_fields(ticket=ticket, values={field: value}, by=agent, now=now)
        assert refused.value.code == "wrong_value"
    tickets.set_fields(ticket=ticket, values={field: None}, by=agent, now=now)
    assert answers(ticket) == {}


def test_the_database_holds_no_answer_of_another_kind() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        FieldValueFactory(kind="number")
    with pytest.raises(IntegrityError), transaction.atomic():
        FieldValueFactory(flag=True)


def test_a_definition_in_use_keeps_its_kind_and_an_archived_one_is_only_read(file: File, agent: User) -> None:
    field, ticket = TicketFieldFactory(kind="text", slug="plan"), file()
    field.kind = "number"
    tickets.keep_field(field=field, by=agent)
    tickets.set_fields(ticket=ticket, values={field: 3}, by=agent)
    field.kind = "date"
    with pytest.raises(Refused) as refused:
        tickets.keep_field(field=field, by=agent)
    assert refused.value.code == "in_use"
    field.refresh_from_db()
    for _twice in range(2):
        tickets.archive_field(field=field, by=agent)
    assert Event.objects.about(field).named("ticket_field.archived").count() == 1
    with pytest.raises(Refused):
        tickets.set_fields(ticket=ticket, values={field: 4}, by=agent)
    assert answers(ticket) == {"plan": Decimal(3)}
    tickets.restore_field(field=field, by=agent)
    tickets.set_fields(ticket=ticket, values={field: 4}, by=agent)


def test_customers_answer_nothing_by_the_action(file: File, customer: User) -> None:
    with pytest.raises(Refused):
        tickets.set_fields(ticket=file(), values={TicketFieldFactory(): "x"}, by=customer)


def test_the_form_asks_what_the_category_asks_for(reader: Client, customer: User) -> None:
    category, other = CategoryFactory(name="Signals"), CategoryFactory()
    plan = TicketFieldFactory(
        name="Which plan?", is_for_customers=True, is_required=True, kind="choice", choices=["A", "B"]
    )
    plan.categories.add(category)
    always = TicketFieldFactory(name="Where?", is_for_customers=True)
    TicketFieldFactory(name="For staff alone")
    TicketFieldFactory(name="Of old", is_for_customers=True, archived_at="2026-01-01T00:00Z")
    begun = reader.get(NEW).content.decode()
    assert "Where?" in begun
    for hidden in ("Which plan?", "For staff alone", "Of old"):
        assert hidden not in begun
    assert "Show what this category asks for" in begun  # without JavaScript
    part = reader.get(NEW, {"category": category.pk}, headers={"HX-Request": "true", "HX-Target": "questions"})
    assert "Which plan?" in part.content.decode()
    assert "<html" not in part.content.decode()
    words = {"impact": "broken", "subject": "Late", "body": "Since nine.", "category": category.pk, "key": "k1"}
    asked = reader.post(NEW, {**words, "ask": "category"})
    assert (asked.status_code, Ticket.objects.count()) == (200, 0)
    assert "Which plan?" in asked.content.decode()
    assert "Since nine." in asked.content.decode()
    assert reader.post(NEW, words).status_code == 422
    assert reader.post(NEW, {**words, f"field_{plan.pk}": "C"}).status_code == 422
    sent = {**words, f"field_{plan.pk}": "B", f"field_{always.pk}": "Berlin"}
    for _double_click in range(2):
        assert reader.post(NEW, sent).status_code == 302
    ticket = Ticket.objects.get()
    assert answers(ticket) == {plan.slug: "B", always.slug: "Berlin"}
    assert reader.post(NEW, {**words, "category": other.pk, "key": "k2"}).status_code == 302


def test_nobody_answers_what_they_are_not_asked(reader: Client) -> None:
    secret = TicketFieldFactory(name="Fraud score", kind="number")
    words = {"impact": "broken", "subject": "Late", "body": "Since nine.", "category": "", "key": "k1"}
    reader.post(NEW, {**words, f"field_{secret.pk}": "0"})
    assert answers(Ticket.objects.get()) == {}


def test_customers_see_what_is_shown_to_them(client: Client, file: File, agent: User, customer: User) -> None:
    shown, hidden = TicketFieldFactory(name="Plan", is_for_customers=True), TicketFieldFactory(name="Fraud score")
    ticket = file()
    tickets.set_fields(ticket=ticket, values={shown: "Gold", hidden: "Certainly"}, by=agent)
    client.force_login(customer)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "Gold" in page
    assert "Certainly" not in page
    assert "Fraud score" not in page


def test_the_agent_answers_beside_the_talk(desk: Client, file: File) -> None:
    ticket = file()
    place = reverse("admin:tickets_ticket_fields", args=[ticket.pk])
    plan = TicketFieldFactory(
        name="Plan", kind="choice", choices=["Gold", "Silver"], is_required=True, is_for_customers=True
    )
    score = TicketFieldFactory(name="Score", kind="number")
    assert place in desk.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    shown = desk.get(place, headers={"HX-Request": "true", "HX-Target": "fields"}).content.decode()
    assert "Score" in shown
    assert "<html" not in shown
    sent = desk.post(place, {f"field_{plan.pk}": "Gold", f"field_{score.pk}": ""})
    assert sent["Location"] == f"/admin/tickets/ticket/{ticket.pk}/change/"
    TicketField.objects.filter(pk=plan.pk).update(choices=["Silver"])
    desk.post(
        place, {f"field_{plan.pk}": "Gold", f"field_{score.pk}": "7"}
    )  # what stands is no longer offered, and stays
    assert answers(ticket) == {plan.slug: "Gold", score.slug: Decimal(7)}
    assert (
        desk.post(place, {f"field_{plan.pk}": "", f"field_{score.pk}": "7"}).status_code == 422
    )  # customers must say it
    assert desk.post(place, {f"field_{plan.pk}": "Lead", f"field_{score.pk}": "x"}).status_code == 422
    assert "Keep the fields" in desk.get(place).content.decode()
    tickets.archive_field(field=score, by=StaffFactory())
    assert "archived" in desk.get(place).content.decode()


def test_who_only_reads_changes_no_field(client: Client, file: File, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    executive = StaffFactory()
    executive.groups.add(Group.objects.get(name="executive"))
    client.force_login(executive)
    field, place = TicketFieldFactory(), reverse("admin:tickets_ticket_fields", args=[file().pk])
    assert client.get(place).status_code == 200
    assert client.post(place, {f"field_{field.pk}": "x"}).status_code == 403
    client.force_login(StaffFactory())
    assert client.get(place).status_code == 403


def test_fields_are_found_by_their_values(file: File, agent: User, now: datetime) -> None:
    text, number, day, flag = (
        TicketFieldFactory(slug=kind, kind=kind) for kind in ("text", "number", "date", "checkbox")
    )
    one, two = file(subject="One"), file(subject="Two")
    tickets.set_fields(ticket=one, values={text: "Big plan", number: 5, day: date(2026, 3, 10), flag: True}, by=agent)
    tickets.set_fields(ticket=two, values={text: "Small", number: 50, day: date(2026, 4, 1), flag: False}, by=agent)
    expected = {
        'field.text:"big plan"': ["One"],
        "field.number:5": ["One"],
        "field.number:>5": ["Two"],
        "field.number:<=50": ["One", "Two"],
        "-field.number:5": ["Two"],
        "field.date:2026-04-01": ["Two"],
        "field.date:<2026-04-01": ["One"],
        "field.date:today": ["One"],
        "field.checkbox:yes": ["One"],
        "field.checkbox:no": ["Two"],
        "field.text:none": [],
        "field.text:big,small": ["Two"],
    }
    for typed, subjects in expected.items():
        found = understood(typed, reader=agent, now=now).narrow(Ticket.objects.all(), reader=agent, now=now)
        assert [ticket.subject for ticket in found.order_by("pk")] == subjects, typed
    with pytest.raises(Refused):
        understood("field.password:x", reader=agent, now=now)


def test_leads_define_fields(client: Client, file: File, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role="lead"))
    form = {"name": "Plan", "slug": "plan", "kind": "choice", "choices": "Gold,Silver", "position": 1}
    assert client.post(reverse("admin:tickets_ticketfield_add"), {**form, "is_required": "on"}).status_code == 200
    assert client.post(reverse("admin:tickets_ticketfield_add"), {**form, "choices": ""}).status_code == 200
    assert client.post(reverse("admin:tickets_ticketfield_add"), form).status_code == 302
    field = TicketField.objects.get()
    assert field.choices == ["Gold", "Silver"]
    FieldValueFactory(field=field, kind="choice")
    place = reverse("admin:tickets_ticketfield_change", args=[field.pk])
    assert client.post(place, {**form, "kind": "number", "name": "The plan"}).status_code == 302
    field.refresh_from_db()
    assert (field.kind, field.name) == ("choice", "The plan")
    assert client.post(reverse("admin:tickets_ticketfield_delete", args=[field.pk])).status_code == 403
    assert client.get(reverse("admin:tickets_ticketfield_changelist")).status_code == 200
    assert client.post(reverse("admin:tickets_ticketfield_toggle_archived", args=[field.pk])).status_code == 302
    field.refresh_from_db()
    assert field.is_archived
