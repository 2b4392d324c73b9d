"""A ticket comes over as it was: its moments, its state, its words. Nothing is promised and nobody is written to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.written import as_html
from tickets.actions.imports import cells
from tickets.actions.imports.orders import Unreadable
from tickets.actions.imports.people import organization_of
from tickets.actions.imports.run import Run
from tickets.events import TICKET_IMPORTED
from tickets.models import Message, Tag, Ticket
from tickets.states import Channel, MessageKind, TicketState
from tickets.states.imports import CHANNEL_OF, PRIORITY_OF, STATE_OF, ImportKind


@dataclass(frozen=True)
class _Turn:
    author_id: int | None
    is_from_staff: bool
    is_public: bool
    body: str
    at: datetime


def bring_in_ticket(run: Run, row: dict[str, Any]) -> tuple[int, bool]:
    filed_at = cells.moment_of(row, "created_at", now=run.now)
    requester = _requester(run, row)
    turns = _turns(run, row, requester, filed_at)
    last_at = max(
        cells.moment_of(row, "updated_at", now=run.now, default=filed_at), *(one.at for one in turns), filed_at
    )
    state = _of_table(STATE_OF, cells.text(row, "status", "state").lower() or "new", "status")
    ended_at = cells.moment_of(row, "solved_at", now=run.now, default=last_at)
    is_done = state in (TicketState.SOLVED, TicketState.CLOSED)
    ticket = Ticket.objects.create(
        organization=organization_of(run, row),
        requester_id=requester,
        subject=_subject(row, turns),
        state=state,
        priority=_of_table(PRIORITY_OF, cells.text(row, "priority").lower(), "priority"),
        channel=_channel(row),
        assignee_id=_assignee(run, row),
        filed_at=filed_at,
        last_activity_at=last_at,
        solved_at=max(ended_at, filed_at) if is_done else None,
        closed_at=max(last_at, ended_at) if state == TicketState.CLOSED else None,
    )
    Message.objects.bulk_create([_message(ticket, turn) for turn in turns])
    _tag(ticket, cells.words(row, "tags"))
    details = {"number": ticket.number, "source": run.order.source, "messages": len(turns)}
    record(TICKET_IMPORTED, about=ticket, by=run.by, organization=ticket.organization, details=details, now=run.now)
    return ticket.pk, False


def _requester(run: Run, row: dict[str, Any]) -> int:
    key = cells.key(row, "requester_id")
    found = run.here(ImportKind.USER, key) if key else None
    if found is not None:
        return found[0]
    email = cells.text(row, "requester_email", "requester")
    user = User.objects.filter(email__iexact=email).values_list("pk", flat=True).first() if email else None
    if user is None:
        raise Unreadable(f"its requester {key or email!r} did not come over")
    return user


def _assignee(run: Run, row: dict[str, Any]) -> int | None:
    """Only who works here now."""
    key = cells.key(row, "assignee_id")
    found = run.here(ImportKind.USER, key) if key else None
    return found[0] if found and User.objects.staff().filter(pk=found[0]).exists() else None


def _turns(run: Run, row: dict[str, Any], requester: int, filed_at: datetime) -> list[_Turn]:
    """The comments; a ticket without any begins with its description."""
    given = row.get("comments")
    comments = given if isinstance(given, list) else run.comments.get(cells.key(row), [])
    turns = [_turn(run, one, requester, filed_at) for one in comments if isinstance(one, dict)]
    turns = sorted((one for one in turns if one.body), key=lambda one: one.at)
    if turns:
        return turns
    description = cells.body(row)
    if not description:
        raise Unreadable("it has neither comments nor a description")
    return [_Turn(requester, False, True, description, filed_at)]


def _turn(run: Run, comment: dict[str, Any], requester: int, filed_at: datetime) -> _Turn:
    key = cells.key(comment, "author_id")
    found = run.here(ImportKind.USER, key) if key else None
    author_id, speaks_for_us = found or (None, False)
    is_public = cells.flag(comment, "public", default=True)
    is_from_staff = not is_public or (speaks_for_us and author_id != requester)
    at = max(cells.moment_of(comment, "created_at", now=run.now, default=filed_at), filed_at)
    return _Turn(author_id, is_from_staff, is_public, cells.body(comment), at)


def _message(ticket: Ticket, turn: _Turn) -> Message:
    return Message(
        ticket=ticket,
        author_id=turn.author_id,
        kind=MessageKind.REPLY if turn.is_public else MessageKind.NOTE,
        is_from_staff=turn.is_from_staff,
        body=turn.body,
        html=as_html(turn.body),
        created_at=turn.at,
    )


def _subject(row: dict[str, Any], turns: list[_Turn]) -> str:
    subject = cells.text(row, "subject", "raw_subject") or turns[0].body
    return " ".join(subject.split())[:200]


def _channel(row: dict[str, Any]) -> str:
    via = row.get("via")
    told = cells.text(via, "channel") if isinstance(via, dict) else cells.text(row, "channel")
    return CHANNEL_OF.get(told.lower(), Channel.WEB)


def _of_table(table: dict[str, Any], word: str, name: str) -> Any:
    if word not in table:
        raise Unreadable(f"{name} {word[:20]!r} is unknown")
    return table[word]


def _tag(ticket: Ticket, names: list[str]) -> None:
    slugs = {slugify(name)[:50]: name[:40] for name in names[:50]}
    slugs.pop("", None)
    if slugs:
        Tag.objects.bulk_create((Tag(slug=slug, name=name) for slug, name in slugs.items()), ignore_conflicts=True)
        ticket.tags.set(Tag.objects.filter(slug__in=slugs))
