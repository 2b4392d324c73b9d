"""Who may see what, by whichever door: one table of readers, things and doors.

A thing is a message with a word and a file that nothing else has. A door is a way to get at either; whoever adds a door
(an export, a feed, the API) adds it to DOORS, and it must tell the same as the others. A door answers None where it
does not lead.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

import portal.accounts.actions as accounts
from portal.accounts.models import Membership, Organization, User
from portal.lib.privacy import PERSON, Subject
from portal.outbox.actions import words_of
from portal.outbox.models import Letter
from tests.factories.accounts import MembershipFactory, StaffFactory
from tests.portal.accounts.bearers import bearer
from tests.tickets.files import upload
from tests.tickets.ways import path_of
from tickets import actions as tickets
from tickets import privacy
from tickets.models import Attachment, Ticket

pytestmark = pytest.mark.django_db

# thing → what it is
THINGS = {
    "reply": "what a member wrote for their organization",
    "answer": "what an agent answered there",
    "note": "an internal note there",
    "owners": "a ticket of the organization's owner",
    "private": "a ticket of somebody without an organization",
    "linked": "a ticket of somebody who has no log-in",
    "merged": "words that came with another customer's ticket, kept for staff",
    "unsent": "a file that a member uploaded and has not sent",
}
CUSTOMERS_OWN = {"reply", "answer"}
ALL = set(THINGS) - {"unsent"}
# reader → the things that they may see
TABLE: dict[str, set[str]] = {
    "member": CUSTOMERS_OWN | {"unsent"},
    "colleague": set(),
    "owner": CUSTOMERS_OWN | {"owners"},
    "former member": set(),
    "stranger": {"merged"},  # wrote it, and reads it where it was written
    "private person": {"private"},
    "by the link": {"linked"},
    "visitor": set(),
    "agent": ALL,
    "executive": ALL,
    "staff without a role": set(),
}
# Who gets letters about what: the requester (not of their own words), and the team (of customers' words).
LETTERS: dict[str, set[str]] = {
    "member": {"answer"},
    "agent": {"reply", "owners", "private", "linked", "merged"},
}
# What an export of a person brings: their own tickets as they read them, and what they wrote elsewhere.
EXPORTS: dict[str, set[str]] = {
    "member": {"reply", "answer"},
    "owner": {"owners"},
    "stranger": {"merged"},
    "private person": {"private"},
    "agent": {"answer"},
}


@dataclass(frozen=True)
class Place:
    """Where a thing is: its ticket as its people know it, and its file."""

    ticket: Ticket
    file: Attachment
    link: str = ""


@dataclass(frozen=True)
class Reader:
    client: Client
    email: str = ""
    comes_by_link: bool = False
    token: dict[str, str] | None = None


def page(reader: Reader, thing: str, place: Place) -> bool | None:
    if thing == "unsent":
        return None
    way = place.link if reader.comes_by_link and place.link else place.ticket.get_absolute_url()
    shown = reader.client.get(way)
    seen = shown.status_code == 200 and f"word-{thing}" in shown.content.decode()
    assert (place.file.name in shown.content.decode()) == seen
    return seen


def search(reader: Reader, thing: str, place: Place) -> bool | None:
    """The customers' list; of a merged ticket the words stand in the survivor, which is nobody else's to find."""
    if thing in ("unsent", "merged") or reader.comes_by_link:
        return None
    shown = reader.client.get(f"/tickets/?state=all&q=word-{thing}")
    return shown.status_code == 200 and place.ticket.get_absolute_url() in shown.content.decode()


def file(reader: Reader, thing: str, place: Place) -> bool | None:
    way = f"{place.link}files/" if reader.comes_by_link and place.link else "/tickets/files/"
    return reader.client.get(f"{way}{place.file.public_id}/").status_code == 200


def file_by_any_link(reader: Reader, thing: str, place: Place) -> bool | None:
    """A guest's link opens the files of its own ticket, not of any other."""
    if not reader.comes_by_link:
        return None
    return reader.client.get(f"{LINK[0]}files/{place.file.public_id}/").status_code == 200


def desk(reader: Reader, thing: str, place: Place) -> bool | None:
    """The workspace in the admin: for staff; everybody else sees nothing there, whatever they may see elsewhere."""
    shown = reader.client.get(f"/admin/tickets/ticket/{(place.ticket.merged_into or place.ticket).pk}/change/")
    seen = shown.status_code == 200 and f"word-{thing}" in shown.content.decode()
    return seen if seen or reader.email.startswith("staff") else None


def api(reader: Reader, thing: str, place: Place) -> bool | None:
    """The messages of the ticket, for a token of that person."""
    if reader.token is None or thing == "unsent":
        return None
    told = Client().get(f"{path_of(place.ticket)}/messages", headers=reader.token)
    return told.status_code == 200 and f"word-{thing}" in told.content.decode()


def file_by_api(reader: Reader, thing: str, place: Place) -> bool | None:
    """The bytes of the file, for a token of that person; what is told of it there says the same."""
    if reader.token is None:
        return None
    way = f"/api/v1/files/{place.file.public_id}"
    told = Client().get(way, headers=reader.token).status_code == 200
    assert (Client().get(f"{way}/content", headers=reader.token).status_code == 200) == told
    return told


def files_of_ticket_by_api(reader: Reader, thing: str, place: Place) -> bool | None:
    """The list of files of the ticket, and those that its messages name."""
    if reader.token is None or thing == "unsent":
        return None
    told = Client().get(f"{path_of(place.ticket)}/files", headers=reader.token)
    named = Client().get(f"{path_of(place.ticket)}/messages", headers=reader.token)
    seen = told.status_code == 200 and place.file.public_id in told.content.decode()
    assert (named.status_code == 200 and place.file.public_id in named.content.decode()) == seen
    return seen


LINK: list[str] = []
DOORS: dict[str, Callable[[Reader, str, Place], bool | None]] = {
    "page": page,
    "search": search,
    "file": file,
    "file by any link": file_by_any_link,
    "desk": desk,
    "api": api,
    "file by API": file_by_api,
    "files of the ticket by API": files_of_ticket_by_api,
}


def said(thing: str, by: User) -> tickets.Draft:
    return tickets.Draft(f"word-{thing}", [upload(by, f"file-{thing}.txt").public_id])


@pytest.fixture
def people(
    elite: Organization, customer: User, owner: User, stranger: User, guest: User, agent: User
) -> dict[str, User]:
    former = MembershipFactory(organization=elite).user
    executive, idle = StaffFactory(email="staff-executive@example.org"), StaffFactory(email="staff-idle@example.org")
    executive.groups.add(Group.objects.get(name="executive"))
    User.objects.filter(pk=agent.pk).update(email="staff-agent@example.org")
    agent.refresh_from_db()
    return {
        "member": customer,
        "colleague": MembershipFactory(organization=elite).user,
        "owner": owner,
        "former member": former,
        "stranger": stranger,
        "private person": guest,
        "agent": agent,
        "executive": executive,
        "staff without a role": idle,
    }


def new(by: User, subject: str, organization: Organization | None = None) -> Ticket:
    return tickets.file_ticket(filing=tickets.Filing(subject=subject, body="Hello", organization=organization), by=by)


@pytest.fixture
def places(people: dict[str, User], elite: Organization) -> dict[str, Place]:
    member, agent, stranger = people["member"], people["agent"], people["stranger"]
    shared = new(member, "Shared", elite)
    tickets.reply_with_files(
        ticket=new(people["former member"], "Left behind", elite), draft=said("past", agent), by=agent
    )
    owners, private = new(people["owner"], "Owners", elite), new(people["private person"], "Private")
    linked = new(accounts.welcome_guest(email="gerda@example.net", is_proven=True), "Linked")
    link = tickets.open_link(ticket=linked)
    assert link is not None
    LINK[:] = [link.get_absolute_url()]
    merged = new(stranger, "Merged", stranger.organizations.get())
    for ticket, thing, by in (
        (shared, "reply", member), (shared, "answer", agent), (owners, "owners", people["owner"]),
        (private, "private", people["private person"]), (linked, "linked", linked.requester),
        (merged, "merged", stranger),
    ):  # fmt: skip
        tickets.reply_with_files(ticket=ticket, draft=said(thing, by), by=by)
    tickets.note_with_files(ticket=shared, draft=said("note", agent), by=agent)
    tickets.merge_tickets(source=merged, into=shared, by=agent, keeps_internal=True)
    upload(member, "file-unsent.txt")
    Membership.objects.filter(user=people["former member"]).delete()
    homes = {"owners": owners, "private": private, "linked": linked, "merged": Ticket.objects.get(pk=merged.pk)}
    return {
        thing: Place(
            homes.get(thing, shared),
            Attachment.objects.get(name=f"file-{thing}.txt"),
            LINK[0] if thing == "linked" else "",
        )
        for thing in THINGS
    }


def readers(people: dict[str, User]) -> dict[str, Reader]:
    found = {"visitor": Reader(Client()), "by the link": Reader(Client(), comes_by_link=True)}
    for name, user in people.items():
        client = Client()
        client.force_login(user)
        found[name] = Reader(client, user.email, token=bearer(user))
    return found


def test_every_door_tells_the_same(people: dict[str, User], places: dict[str, Place]) -> None:
    wrong = []
    coming = readers(people)
    assert set(coming) == set(TABLE)
    for name, reader in coming.items():
        for thing, place in places.items():
            for door, opens in DOORS.items():
                seen = opens(reader, thing, place)
                if seen is not None and seen != (thing in TABLE[name]):
                    wrong.append(f"{name} {'sees' if seen else 'misses'} {thing} by {door}")
    assert not wrong, "\n".join(wrong)


def test_letters_tell_nobody_what_they_may_not_see(
    people: dict[str, User], places: dict[str, Place], settle: Callable[..., int]
) -> None:
    settle(now=timezone.now())
    names = {user.email: name for name, user in people.items()} | {"gerda@example.net": "by the link"}
    told: dict[str, set[str]] = {}
    for letter in Letter.objects.all():
        words = "".join(words_of(letter).values())
        about = {thing for thing in THINGS if f"word-{thing}" in words or f"file-{thing}.txt" in words}
        told.setdefault(names[letter.to], set()).update(about)
    assert {name: things for name, things in told.items() if things} == LETTERS
    assert all(things <= TABLE[name] for name, things in LETTERS.items())


def test_exports_bring_nobody_what_they_may_not_see(people: dict[str, User], places: dict[str, Place]) -> None:
    told: dict[str, set[str]] = {}
    for name, user in people.items():
        sheets = privacy.export(Subject(PERSON, user.pk, (user.email,)))
        words = "".join(str(sheet.content) for sheet in sheets)
        told[name] = {thing for thing in THINGS if f"word-{thing}" in words}
    assert {name: things for name, things in told.items() if things} == EXPORTS
    assert all(things <= TABLE[name] for name, things in EXPORTS.items())
