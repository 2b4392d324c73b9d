"""The fields that a search of the desk may name, and what each means. Whatever is not listed here reaches no table.

A condition asks the database nothing by itself: many of them fit into one query, as the counts of views need it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.lib.refusals import Refused
from portal.lib.search_terms import Term
from tickets.models import FieldValue, Ticket, Timer
from tickets.search import moments
from tickets.states import ACTIVE, OUR_TURN, SOON, Channel, Level, Priority, TicketState

_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


@dataclass(frozen=True)
class Asking:
    """Who asks, and when: "me", "today" and "within the hour" depend on it."""

    reader: User
    now: datetime

    @property
    def zone(self) -> str:
        return self.reader.time_zone


Condition = Callable[[list[str], str, Asking], Q]  # any of these values, comparison, who asks


@dataclass(frozen=True)
class Field:
    """A field of the search: what it means, an example, what it says to staff, and whether < and > make sense."""

    condition: Condition
    example: str
    meaning: Any
    compares: bool = False

    def find(self, term: Term, asking: Asking) -> Q:
        """Any of its values."""
        if term.compare and not self.compares:
            sentence = now_in_words("“%(field)s:” cannot be compared with %(sign)s. Leave it out.")
            raise Refused(sentence % {"field": term.field, "sign": term.compare}, code="wrong_search")
        found = self.condition(term.values, term.compare, asking)
        return ~found if term.is_negated else found


def _each(condition: Callable[[str, str, Asking], Q]) -> Condition:
    """A condition of one value, for any of several."""

    def find(values: list[str], compare: str, asking: Asking) -> Q:
        found = condition(values[0], compare, asking) if values else Q(pk__in=[])
        for value in values[1:]:
            found |= condition(value, compare, asking)
        return found

    return find


def _one_of(name: str, known: dict[str, Q]) -> Condition:
    def find(value: str, _compare: str, _asking: Asking) -> Q:
        if value.lower() not in known:
            refuse_value(name, value, known)
        return known[value.lower()]

    return _each(find)


def refuse_value(name: str, value: str, known: Iterable[str]) -> None:
    """Says what could be written instead."""
    sentence = now_in_words("“%(name)s:%(value)s” means nothing here. You can use: %(known)s.")
    raise Refused(sentence % {"name": name, "value": value, "known": ", ".join(known)}, code="wrong_search")


def _column(column: str, values: Iterable[str]) -> dict[str, Q]:
    return {str(value): Q(**{column: value}) for value in values}


def _person(column: str) -> Condition:
    """Somebody by address, by part of the name, or the reader."""

    def find(value: str, _compare: str, asking: Asking) -> Q:
        if value.lower() == "me":
            return Q(**{column: asking.reader.pk})
        if "@" in value:
            people = User.objects.alias(address=Lower("email")).filter(address=value.lower())
        else:
            people = User.objects.filter(name__icontains=_long_enough(value))
        return Q(**{f"{column}__in": people.values("pk")})

    return _each(find)


def _assignee(value: str, compare: str, asking: Asking) -> Q:
    if value.lower() in ("nobody", "none"):
        return Q(assignee=None)
    return _person("assignee")([value], compare, asking)


def _organization(value: str, _compare: str, _asking: Asking) -> Q:
    if value.lower() == "none":
        return Q(organization=None)
    return Q(organization__in=Organization.objects.filter(name__icontains=_long_enough(value)).values("pk"))


def _long_enough(value: str) -> str:
    if len(value) < 2:
        raise Refused(now_in_words("Write at least two letters of a name."), code="wrong_search")
    return value


def _tag(values: list[str], _compare: str, _asking: Asking) -> Q:
    worn = Ticket.tags.through.objects.filter(ticket=OuterRef("pk"))
    named = Q(Exists(worn.filter(tag__slug__in=[value.lower() for value in values])))
    return named | Q(~Exists(worn)) if "none" in values else named


def _slug(column: str, row: str) -> Condition:
    def find(value: str, _compare: str, _asking: Asking) -> Q:
        return Q(**{row: None}) if value.lower() == "none" else Q(**{column: value.lower()})

    return _each(find)


def _due(value: str, compare: str, asking: Asking) -> Q:
    missed = Exists(Timer.objects.filter(ticket=OuterRef("pk"), missed_at__isnull=False))
    named = {
        "overdue": Q(state__in=OUR_TURN, due_at__lte=asking.now),
        "soon": Q(state__in=OUR_TURN, due_at__gt=asking.now, due_at__lte=asking.now + SOON),
        "none": Q(due_at=None),
        "missed": Q(missed),
    }
    if value.lower() in named and not compare:
        return named[value.lower()]
    return Q(state__in=OUR_TURN) & moments.ahead("due_at", value, compare, asking.now, asking.zone)


def _past(column: str) -> Condition:
    return _each(lambda value, compare, asking: moments.past(column, value, compare, asking.now, asking.zone))


def _flag_of(value: str) -> Q:
    known = {"yes": True, "true": True, "no": False, "false": False}
    return Q(flag=known[value.lower()]) if value.lower() in known else Q(pk__in=[])


def _number_of(value: str, compare: str) -> Q:
    sign = {"<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}.get(compare, "")
    return Q(**{f"number{sign}": Decimal(value)}) if _DECIMAL.fullmatch(value) else Q(pk__in=[])


def _day_of(value: str, compare: str, asking: Asking) -> Q:
    sign = {"<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}.get(compare, "")
    try:
        return Q(**{f"day{sign}": moments.day_of(value, asking.now, asking.zone)})
    except Refused:
        return Q(pk__in=[])


def own_field(slug: str) -> Field:
    """A field of one's own by its slug. Of which kind it is shows in its rows: a value is read as each it can be."""
    rows = FieldValue.objects.filter(ticket=OuterRef("pk"), field__slug=slug)

    def find(value: str, compare: str, asking: Asking) -> Q:
        if value.lower() == "none" and not compare:
            return Q(~Exists(rows))
        fits = _number_of(value, compare) | _day_of(value, compare, asking)
        if not compare:
            fits |= Q(text__iexact=value) | _flag_of(value)
        return Q(Exists(rows.filter(fits)))

    return Field(_each(find), f"field.{slug}:", "", compares=True)


STATUS = {
    **_column("state", TicketState.values),
    "ours": Q(state__in=OUR_TURN, snoozed_until=None),
    "active": Q(state__in=ACTIVE),
    "snoozed": Q(snoozed_until__isnull=False),
}
FIELDS: dict[str, Field] = {
    "from": Field(_person("requester"), "from:ada@example.com", _("the requester: address, part of the name, or me")),
    "org": Field(
        _each(_organization), 'org:"Meridian Capital"', _("part of the organization’s name; none without one")
    ),
    "tier": Field(
        _slug("organization__tier__slug", "organization__tier"),
        "tier:elite,pro",
        _("the plan’s tier, any of several; none without one"),
    ),
    "status": Field(
        _one_of("status", STATUS), "status:waiting", _("new, open, waiting, solved, closed, ours, active or snoozed")
    ),
    "priority": Field(
        _one_of("priority", _column("priority", Priority.values)), "priority:critical,high", _("any of several")
    ),
    "assignee": Field(_each(_assignee), "assignee:me", _("me, nobody, an address or part of the name")),
    "team": Field(_one_of("team", _column("level", Level.values)), "team:l2", _("the team that has it")),
    "tag": Field(_tag, "tag:refund", _("a tag by its short name; none without any")),
    "category": Field(_slug("category__slug", "category"), "category:billing", _("a category by its short name")),
    "channel": Field(_one_of("channel", _column("channel", Channel.values)), "channel:phone", _("how it came in")),
    "due": Field(_each(_due), "due:<1h", _("time left, a day; or overdue, soon, none, missed"), compares=True),
    "created": Field(_past("filed_at"), "created:>2026-01-01", _("when it was filed: a day, or its age"), True),
    "updated": Field(_past("last_activity_at"), "updated:>3d", _("when something last happened"), compares=True),
    "solved": Field(_past("solved_at"), "solved:<7d", _("when it was solved"), compares=True),
}
