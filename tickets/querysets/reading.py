"""What customers open all day, asked for by queries that are put together once: their list and a ticket's page.

The gate is the same `visible_to`: when a query is made it is asked about a stand-in, of whom only the roles are known;
which organizations they are in is a value of each request.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from portal.lib.prepared import Prepared
from tickets.querysets.tickets import TicketQuerySet, first_lines_of, reads_as_staff

MOST_ROLES = 4  # who belongs to more organizations is rare; each number of roles is a query of its own


@dataclass(frozen=True)
class _StandIn:
    """What the gate asks of a reader."""

    pk: int
    member_roles: dict[int, str]
    is_staff: bool = False
    is_authenticated: bool = True

    def has_perm(self, _permission: str) -> bool:
        return self.is_staff


def _stand_in(values: tuple[int, ...], roles: tuple[str, ...] | None) -> _StandIn:
    if roles is None:
        return _StandIn(0, {}, is_staff=True)
    return _StandIn(values[0], dict(zip(values[1:], roles, strict=True)))


def _reader(user: Any) -> tuple[tuple[int, ...], tuple[str, ...] | None]:
    """The values and the roles that stand for that reader."""
    if reads_as_staff(user):
        return (), None
    roles = sorted(user.member_roles.items(), key=lambda one: one[1])
    return (user.pk, *(organization for organization, _role in roles)), tuple(role for _organization, role in roles)


def _tickets() -> TicketQuerySet:
    found: TicketQuerySet = apps.get_model("tickets", "Ticket").objects.all()
    return found


def _made_page(public_id: str, *values: int, roles: tuple[str, ...] | None) -> QuerySet[Any, Any]:
    return _tickets().visible_to(_stand_in(values, roles)).for_page(public_id)


def _made_lines(*values: int, roles: tuple[str, ...], state: str, mine: bool, count: int) -> QuerySet[Any, Any]:
    """Each part says once whose tickets it holds: said twice, the kept plan takes them for few, and sorts all."""
    reader = _stand_in(values, roles)
    shown = [part.listed(state, mine_of=reader if mine else None) for part in _tickets().in_parts(reader)]
    return first_lines_of([part.page_by("activity", after=None) for part in shown], count)


_page = Prepared(_made_page)
_lines = Prepared(_made_lines)


def ticket_of_page(user: Any, public_id: str) -> Any:
    """The ticket with all that its page tells (`for_page`), if that user may see it, else None. One query."""
    values, roles = _reader(user)
    if len(values) > MOST_ROLES:
        return _tickets().visible_to(user).for_page(public_id).first()
    return next(iter(_page(public_id, *values, roles=roles)), None)


def newest_lines(user: Any, count: int, *, state: str, mine: bool) -> list[Any]:
    """The first lines of that user's list as it opens: what was active last is on top. One query."""
    values, roles = _reader(user)
    if roles is None or len(values) > MOST_ROLES:
        found = _tickets().visible_to(user).listed(state, mine_of=user if mine else None)
        return list(found.page_by("activity", after=None).first_lines(count, reader=user))
    return _lines(*values, roles=roles, state=state, mine=mine, count=count)
