from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.listeners import all_types, declared
from portal.events.models import Event
from portal.lib.prepared import Prepared
from tickets.querysets.tickets import reads_as_staff

MOST_LINES = 300  # of a timeline; what came later is in the event log


@dataclass(frozen=True)
class Line:
    """One line of a timeline: when, and what happened as a sentence."""

    at: datetime
    sentence: str


def timeline(ticket: Any, *, reader: Any, others: Iterable[Any] = (), skip: int = 0) -> list[Line]:
    """What happened to a ticket, oldest first, MOST_LINES after the first `skip`; customers read what is public. One
    query, and one for the names of those whom neither the ticket, the reader nor `others` (who wrote in it, as the page
    knows them anyway) bring along."""
    staff = reads_as_staff(reader)
    events = (
        list(_about(str(ticket.pk), as_staff=staff)[skip : skip + MOST_LINES])
        if skip
        else _first(str(ticket.pk), as_staff=staff)
    )
    people = {event.by_id for event in events} | {
        event.details.get(one) for event in events for one in ("assignee_id", "user")
    }
    people |= {person for event in events for person in event.details.get("told", [])}
    names = _names_of(reader, ticket.requester, ticket.assignee, *others)
    if unknown := people - names.keys() - {None}:
        names |= {user.pk: str(user) for user in User.objects.filter(pk__in=unknown).only("name", "email")}
    lines = []
    for event in events:
        assignee = names.get(event.details.get("assignee_id", 0), _("nobody"))
        told = {
            **event.details,
            "assignee": assignee,
            "user_name": names.get(event.details.get("user", 0), "…"),
            "people": ", ".join(names.get(person, "…") for person in event.details.get("told", [])) or _("nobody"),
        }
        told |= _named(event, told)
        lines.append(Line(event.happened_at, declared(event.name).sentence(names.get(event.by_id or 0, ""), told)))
    return lines


def _names_of(*people: Any) -> dict[Any, str]:
    return {person.pk: str(person) for person in people if person is not None and person.pk is not None}


def _about(ticket_id: str, *, as_staff: bool) -> Any:
    found = Event.objects.about_row("tickets.ticket", ticket_id).oldest_first()
    return found if as_staff else found.named(*(name for name, kind in all_types().items() if kind.is_public))


_first = Prepared(lambda ticket_id, **reader: _about(ticket_id, **reader)[:MOST_LINES])


def _named(event: Event, told: dict[str, Any]) -> dict[str, str]:
    """What other apps' events call the things whose ids they hold."""
    kinds = declared(event.name).names.items()
    named = {place: (event.details.get(detail), source) for place, (detail, source) in kinds if place not in told}
    return {place: source({key}).get(key, "…") for place, (key, source) in named.items()}
