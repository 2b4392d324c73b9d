"""Tickets that tell of an incident."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import incidents.actions as incidents
from incidents.models import TicketLink
from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.incidents import IncidentFactory
from tests.factories.tickets import TicketFactory
from tickets import actions as tickets
from tickets.querysets import timeline

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Target": "incidents"}


@pytest.fixture(autouse=True)
def no_second_factor(settings: object) -> None:
    settings.STAFF_SECOND_FACTOR = False


def staff(role: str) -> User:
    user = StaffFactory(name="Lena")
    user.groups.add(Group.objects.get(name=role))
    return user


def test_a_link_is_made_once_and_told_in_both_timelines() -> None:
    agent, incident, ticket = staff("agent-l1"), IncidentFactory(title="Feed 3 is down"), TicketFactory()
    first = incidents.link_ticket(incident=incident, ticket=ticket, by=agent)
    assert incidents.link_ticket(incident=incident, ticket=ticket, by=agent) == first
    for _twice in range(2):
        incidents.unlink_ticket(incident=incident, ticket=ticket, by=agent)
    assert not TicketLink.objects.exists()
    names = ["incident.ticket_linked", "incident.ticket_unlinked"]
    assert list(Event.objects.about(incident).oldest_first().values_list("name", flat=True)) == names
    assert [line.sentence for line in timeline(ticket, reader=agent)] == [
        "Lena linked the ticket to the incident “Feed 3 is down”",
        "Lena unlinked the ticket from the incident “Feed 3 is down”",
    ]
    assert timeline(ticket, reader=ticket.requester) == []  # a hidden incident stays hidden
    with pytest.raises(Refused):
        incidents.link_ticket(incident=incident, ticket=ticket, by=ticket.requester)


def test_the_agent_links_and_unlinks_beside_the_talk(client: Client) -> None:
    client.force_login(staff("agent-l1"))
    incident, ticket = IncidentFactory(title="Feed 3 is down"), TicketFactory()
    IncidentFactory(title="Long ago", status="resolved", resolved_at=timezone.now() - timedelta(days=9),
                    started_at=timezone.now() - timedelta(days=10))  # fmt: skip
    place = reverse("admin:incidents_incident_of_ticket", args=[ticket.pk])
    assert place in client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
    offered = client.get(place, headers=PART).content.decode()
    assert "Feed 3 is down" in offered
    assert "Long ago" not in offered
    assert "<html" not in offered
    assert "<html" in client.get(place).content.decode()
    wish = {"incident": incident.pk}
    linked = client.post(reverse("admin:incidents_incident_link", args=[ticket.pk]), wish, headers=PART)
    assert "Unlink" in linked.content.decode()
    desk = client.get(reverse("admin:incidents_incident_change", args=[incident.pk])).content.decode()
    assert "1 ticket tells of it." in desk
    assert ticket.subject in desk
    answer = client.post(reverse("admin:incidents_incident_unlink", args=[ticket.pk]), wish)
    assert answer["Location"] == reverse("admin:tickets_ticket_change", args=[ticket.pk])
    assert not TicketLink.objects.exists()
    for nonsense in ("", "x", "0", "9" * 30):
        wrong = client.post(reverse("admin:incidents_incident_link", args=[ticket.pk]), {"incident": nonsense})
        assert wrong.status_code == 404


@pytest.mark.parametrize("who", ["executive", "nobody", "customer"])
def test_nobody_else_links(client: Client, who: str) -> None:
    person = {"executive": lambda: staff("executive"), "nobody": StaffFactory, "customer": UserFactory}[who]()
    client.force_login(person)
    incident, ticket = IncidentFactory(), TicketFactory()
    for name in ("link", "unlink"):
        place = reverse(f"admin:incidents_incident_{name}", args=[ticket.pk])
        assert client.post(place, {"incident": incident.pk}).status_code in (302, 403)
    assert not TicketLink.objects.exists()
    read = client.get(reverse("admin:incidents_incident_of_ticket", args=[ticket.pk]))
    assert read.status_code == (200 if who == "executive" else 302 if who == "customer" else 403)


def test_the_survivor_of_a_merge_tells_of_the_incident_too(settle: Callable[..., int]) -> None:
    agent, incident = staff("agent-l1"), IncidentFactory()
    source = TicketFactory(organization=None)
    into = TicketFactory(organization=None, requester=source.requester)
    foreign, other = TicketFactory(), TicketFactory()
    for ticket in (source, foreign):
        incidents.link_ticket(incident=incident, ticket=ticket, by=agent)
    tickets.merge_tickets(source=source, into=into, by=agent)
    tickets.merge_tickets(source=foreign, into=other, by=agent, keeps_internal=True)
    settle(now=timezone.now())
    assert TicketLink.objects.filter(ticket=into, incident=incident).count() == 1
    assert not TicketLink.objects.filter(ticket=other).exists()


@pytest.mark.parametrize(("role", "is_asked"), [("agent-l1", True), ("lead", True), ("success-manager", False)])
def test_the_workspace_asks_for_incidents_only_for_who_may_see_them(client: Client, role: str, is_asked: bool) -> None:
    ticket = TicketFactory()
    client.force_login(staff(role))
    address = reverse("admin:incidents_incident_of_ticket", args=[ticket.pk])
    shown = client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk]))
    assert shown.status_code == 200
    assert (address in shown.content.decode()) is is_asked
    assert client.get(address, headers=PART).status_code == (200 if is_asked else 403)
