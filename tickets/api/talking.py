"""The conversation of a ticket."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal.accounts.api import READS, WRITES, Given, Listing, Page, Paged, Sort, Text, endpoint, fresh, told
from portal.accounts.context import actor
from tickets import actions
from tickets.api.shapes import (
    FILES,
    FileId,
    MessageTold,
    check_works_on_tickets,
    locked,
    router,
    tell_message,
    visible,
)
from tickets.models import Message
from tickets.states import MOST_CHARACTERS

WRITES_TO = WRITES.but(status=201, takes_version=True)
_SORTS = {"created_at": Sort("created_at"), "-created_at": Sort("created_at", is_down=True)}
_BODY = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S", description="Markdown.")


class MessagesAsked(Listing):
    sort: Literal["created_at", "-created_at"] = "created_at"


class Reply(Given):
    body: Text = _BODY
    leaves: Literal["waiting", "open", "solved"] | SkipJsonSchema[None] = Field(
        None, description="The state in which staff leave the ticket; `waiting` when left out. For staff."
    )
    files: list[FileId] = FILES


class Note(Given):
    body: Text = _BODY
    files: list[FileId] = FILES


@endpoint(router, "GET /tickets/{ticket}/messages", Paged[MessageTold], READS)
def messages(request: HttpRequest, ticket: str, asked: Query[MessagesAsked]) -> HttpResponse:
    """The conversation. Staff also see notes and notices."""
    found = visible(request, ticket)
    rows = Message.objects.of_page(found, request.user).told()
    page = Page(asked, _SORTS[asked.sort], place=found.public_id).of(rows, tell_message)
    return told(Paged[MessageTold](**page))


@endpoint(router, "POST /tickets/{ticket}/messages", MessageTold, WRITES_TO)
def reply(request: HttpRequest, ticket: str, written: Reply) -> HttpResponse:
    """Writes to the ticket: as its customer, or as the support team to the customer.

    With If-Match it is written only if nothing came in meanwhile.
    """
    user = actor(request)
    with fresh(request, lambda: locked(request, ticket), is_needed=False) as found:
        if written.leaves:
            check_works_on_tickets(user)
        draft = actions.Draft(written.body, written.files, leaves=written.leaves or "waiting")
        message = actions.reply_with_files(ticket=found, draft=draft, by=user)
    return _answer(message)


@endpoint(router, "POST /tickets/{ticket}/notes", MessageTold, WRITES_TO)
def note(request: HttpRequest, ticket: str, written: Note) -> HttpResponse:
    """Leaves words for colleagues; customers never see them. For staff."""
    user = actor(request)
    with fresh(request, lambda: locked(request, ticket), is_needed=False) as found:
        check_works_on_tickets(user)
        message = actions.note_with_files(ticket=found, draft=actions.Draft(written.body, written.files), by=user)
    return _answer(message)


def _answer(message: Message) -> HttpResponse:
    return told(tell_message(Message.objects.told().get(pk=message.pk)), status=201)
