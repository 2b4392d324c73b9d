"""Filing a ticket and moving it. What is changed must have been seen: If-Match names its version."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal.accounts.api import WRITES, Given, Text, endpoint, fresh
from portal.accounts.context import actor
from portal.accounts.models import Organization, User
from portal.lib.refusals import Refused
from tickets import actions
from tickets.api.shapes import FILES, FileId, TicketTold, answer, check_works_on_tickets, locked, router
from tickets.models import Category, Ticket
from tickets.states import MOST_CHARACTERS, PRIORITY_OF_IMPACT, Channel, Impact, Priority, TicketState

CHANGES = WRITES.but(needs_version=True)
_MOVES: dict[TicketState, Callable[..., Ticket]] = {
    TicketState.OPEN: actions.reopen,
    TicketState.WAITING: actions.wait_for_customer,
    TicketState.SOLVED: actions.solve,
    TicketState.CLOSED: actions.close,
}


class TicketFiled(Given):
    subject: Text = Field(min_length=1, max_length=150, pattern=r"\S")
    body: Text = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")
    impact: Impact = Field(Impact.HINDERED, description="How much it holds you up; it proposes the priority.")
    organization: Text | None = Field(
        None, max_length=22, description="The id of one of yours. May be left out by who belongs to one at most."
    )
    category: Text | None = Field(None, max_length=50, description="The slug of what it is about.")
    files: list[FileId] = FILES


class TicketPatched(Given):
    """Fields that are left out stay as they are."""

    priority: Priority | SkipJsonSchema[None] = None
    reason: Text = Field("", max_length=200, description="Why the priority changes; kept for colleagues.")
    assignee: Text | None = Field(None, max_length=22, description="The id of a colleague; null: nobody.")
    state: TicketState | SkipJsonSchema[None] = Field(None, description="All but `new`.")


@endpoint(router, "POST /tickets", TicketTold, WRITES.but(status=201))
def file_ticket(request: HttpRequest, filed: TicketFiled) -> HttpResponse:
    """Files a ticket in your name.

    Send an Idempotency-Key, so that a request that is repeated after a lost answer files once.
    """
    user = actor(request)
    organization, category = _organization(user, filed.organization), _category(filed.category)
    actions.refuse_many_filings(by=user)
    filing = actions.Filing(
        subject=filed.subject,
        body=filed.body,
        organization=organization,
        category=category,
        priority=PRIORITY_OF_IMPACT[filed.impact],
        channel=Channel.API,
        files=filed.files,
    )
    ticket = actions.file_ticket(filing=filing, by=user)
    response = answer(request, ticket.pk, status=201)
    response["Location"] = f"{request.path.rstrip('/')}/{ticket.public_id}"
    return response


@endpoint(router, "PATCH /tickets/{ticket}", TicketTold, CHANGES)
def patch_ticket(request: HttpRequest, ticket: str, patched: TicketPatched) -> HttpResponse:
    """Changes priority, assignee or state. For staff."""
    with fresh(request, lambda: locked(request, ticket)) as found:
        user = actor(request)
        check_works_on_tickets(user)
        if patched.priority:
            actions.change_priority(ticket=found, priority=patched.priority, by=user, reason=patched.reason)
        if "assignee" in patched.model_fields_set:
            actions.assign(ticket=found, to=_colleague(patched.assignee), by=user)
        if patched.state:
            _move(found, patched.state, user)
    return answer(request, found.pk)


@endpoint(router, "POST /tickets/{ticket}/solve", TicketTold, CHANGES)
def solve_ticket(request: HttpRequest, ticket: str) -> HttpResponse:
    """Marks the ticket as solved. It can be taken up again for some days."""
    return _moved(request, ticket, actions.solve)


@endpoint(router, "POST /tickets/{ticket}/close", TicketTold, CHANGES)
def close_ticket(request: HttpRequest, ticket: str) -> HttpResponse:
    """Closes the ticket for good."""
    return _moved(request, ticket, actions.close)


@endpoint(router, "POST /tickets/{ticket}/reopen", TicketTold, CHANGES)
def reopen_ticket(request: HttpRequest, ticket: str) -> HttpResponse:
    """Takes a solved ticket up again."""
    return _moved(request, ticket, actions.reopen)


def _moved(request: HttpRequest, public_id: str, move: Callable[..., Any]) -> HttpResponse:
    with fresh(request, lambda: locked(request, public_id)) as found:
        move(ticket=found, by=actor(request))
    return answer(request, found.pk)


def _move(ticket: Ticket, state: TicketState, by: User) -> None:
    if state not in _MOVES:
        raise Refused("No ticket becomes new again.", code="illegal_move")
    moved = _MOVES[state](ticket=ticket, by=by)
    if moved.state != state:
        raise Refused("It opens by itself when somebody writes.", code="illegal_move")


def _organization(user: User, public_id: str | None) -> Organization | None:
    """The one that is named, else the only one."""
    mine = list(Organization.objects.of_member(user).order_by("name", "pk"))
    if public_id is None and len(mine) > 1:
        raise Refused("You belong to several organizations: name one.", code="unknown")
    if public_id is None:
        return mine[0] if mine else None
    found = next((one for one in mine if one.public_id == public_id), None)
    if found is None:
        raise Refused("You are not a member of this organization.", code="other_organization")
    return found


def _category(slug: str | None) -> Category | None:
    found = Category.objects.filter(slug=slug, is_active=True).first() if slug else None
    if slug and found is None:
        raise Refused("There is no such category.", code="unknown")
    return found


def _colleague(public_id: str | None) -> User | None:
    found = User.objects.staff().filter(public_id=public_id).first() if public_id else None
    if public_id and found is None:
        raise Refused("There is no such colleague.", code="unknown")
    return found
