"""Tables of a desk that has grown: the same kinds of rows for 10,000 tickets and for a million, so that what a page
costs may be held against the size.

All that can grow does: organizations, people, agents' work, running promises, the event log. A hundredth of all tickets
is of one customer, whose list is measured; seven in a hundred are the desk's turn.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from portal.accounts.models import Membership, Organization, Tier, User
from portal.lib.tokens import public_id
from tests.bench.copying import copy
from tests.bench.rows import NOW, WORDS, sentence
from tickets.models import Category, Message, SearchDocument, Ticket, Timer
from tickets.states import OUR_TURN, Channel, MessageKind, Metric, Priority, TicketState

AGENTS = 50
SENTENCES = 20_000
_STATES = dict(zip(TicketState.values, [3, 4, 5, 8, 80], strict=True))
_OWED = {
    TicketState.NEW: [Metric.FIRST_RESPONSE, Metric.UPDATE, Metric.RESOLUTION],
    TicketState.OPEN: [Metric.NEXT_RESPONSE, Metric.UPDATE, Metric.RESOLUTION],
}
_HOURS = {Metric.FIRST_RESPONSE: 4, Metric.NEXT_RESPONSE: 8, Metric.UPDATE: 24, Metric.RESOLUTION: 72}


@dataclass(frozen=True)
class _Desk:
    members: list[tuple[int, int]]  # user and organization
    agents: list[int]
    kinds: list[int]
    begins: datetime


def load(tickets: int, messages: int) -> None:
    """Fills an empty, migrated database by COPY; the same rows on each run but for their random ids."""
    dice = random.Random(23)  # the same rows on each run, nothing secret
    members, agents = _people(max(100, tickets // 100)), _agents()
    kinds = list(Category.objects.values_list("pk", flat=True))
    desk = _Desk(members, agents, kinds, begins=NOW - timedelta(minutes=tickets))
    tossed = [_tossed(number, dice, desk) for number in range(1, tickets + 1)]
    with _Unwatched():
        copy(Ticket, tossed, fields=["number", "id"], is_plain=True)
        copy(Message, _conversations(tossed, messages // tickets, dice), fields=["id"], is_plain=True)
        copy(Timer, (row for one in tossed for row in _timers(one)), fields=[], is_plain=True)
        _write_what_follows()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('tickets_ticket_number', max(number)) FROM tickets_ticket")
        cursor.execute("VACUUM ANALYZE")


class _Unwatched:
    """Triggers and foreign keys sleep, and the index of the words is made anew at the end: an hour becomes minutes."""

    def __enter__(self) -> None:
        self._index = SearchDocument._meta.indexes[0]
        with connection.cursor() as cursor, connection.schema_editor() as editor:
            editor.remove_index(SearchDocument, self._index)
            cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
            cursor.execute("SET work_mem = '256MB'; SET synchronous_commit = off")

    def __exit__(self, *_error: object) -> None:
        with connection.cursor() as cursor, connection.schema_editor() as editor:
            editor.add_index(SearchDocument, self._index)
            cursor.execute("RESET session_replication_role; RESET maintenance_work_mem")
            cursor.execute("RESET work_mem; RESET synchronous_commit")


def _people(count: int) -> list[tuple[int, int]]:
    """An organization with one member, so many times: the ids of user and organization."""
    tiers = list(Tier.objects.order_by("rank"))
    names = [
        {"name": f"Company {one}", "tier_id": tiers[one % 3].pk, "created_at": NOW, "public_id": public_id()}
        for one in range(count)
    ]
    copy(Organization, names, fields=[])
    people = [
        {"email": f"customer{one}@example.org", "name": f"Customer {one}", "password": "!"} for one in range(count)
    ]
    copy(User, people, fields=[])
    organizations = Organization.objects.filter(name__startswith="Company").order_by("pk").values_list("pk", flat=True)
    users = User.objects.filter(email__startswith="customer").order_by("pk").values_list("pk", flat=True)
    pairs = list(zip(users, organizations, strict=True))
    rows = ({"user_id": user, "organization_id": one, "role": "owner", "joined_at": NOW} for user, one in pairs)
    copy(Membership, rows, fields=[])
    return pairs


def _agents() -> list[int]:
    team = Group.objects.get(name="agent-l1")
    found = [User(email=f"agent{one}@example.org", name=f"Agent {one}", is_staff=True) for one in range(AGENTS)]
    User.objects.bulk_create(found)
    team.user_set.add(*found)
    return [one.pk for one in found]


def _tossed(number: int, dice: random.Random, desk: _Desk) -> dict[str, Any]:
    """One ticket, filed a minute after the one before."""
    members = desk.members
    user, organization = members[0] if number % 100 == 0 else members[1 + number % (len(members) - 1)]
    state = dice.choices(list(_STATES), weights=list(_STATES.values()))[0]
    filed = desk.begins + timedelta(minutes=number)
    answered = filed + timedelta(minutes=dice.randrange(20, 3000))
    is_done = state in {TicketState.SOLVED, TicketState.CLOSED}
    return {
        "id": number,
        "number": 1000 + number,
        "public_id": public_id(),
        "organization_id": organization,
        "requester_id": user,
        "subject": f"My {WORDS[number % len(WORDS)]} {sentence(dice, 4)} ({number})"[:200],
        "state": state,
        "priority": dice.choices(Priority.values, weights=[1, 9, 70, 20])[0],
        "channel": dice.choices(Channel.values, weights=range(len(Channel), 0, -1))[0],
        "category_id": dice.choice(desk.kinds),
        "level": "l1",
        "assignee_id": None if state == TicketState.NEW else dice.choice(desk.agents),
        "filed_at": filed,
        "last_activity_at": answered,
        "solved_at": answered if is_done else None,
        "closed_at": answered if state == TicketState.CLOSED else None,
        "due_at": filed + timedelta(hours=min(_HOURS[one] for one in _OWED[state])) if state in OUR_TURN else None,
    }


def _conversations(tickets: list[dict[str, Any]], each: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """So many messages on each ticket, the customer's and ours in turn."""
    said = [sentence(dice, 14) + "." for _ in range(SENTENCES)]
    pk = 0
    for ticket in tickets:
        step = (ticket["last_activity_at"] - ticket["filed_at"]) / each
        for turn in range(each):
            pk += 1
            body = said[dice.randrange(SENTENCES)]
            yield {
                "id": pk,
                "ticket_id": ticket["id"],
                "author_id": ticket["assignee_id"] if turn % 2 else ticket["requester_id"],
                "kind": MessageKind.REPLY,
                "is_from_staff": bool(turn % 2),
                "body": body,
                "html": f"<p>{body}</p>",
                "ticket_version": turn + 1,
                "created_at": ticket["filed_at"] + turn * step,
            }


def _timers(ticket: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is owed runs, with nothing to do for a year; what was answered was kept."""
    owed = _OWED.get(ticket["state"], [])
    for metric in owed or [Metric.FIRST_RESPONSE]:
        target = timedelta(hours=_HOURS[metric])
        due = ticket["filed_at"] + target
        yield {
            "ticket_id": ticket["id"],
            "metric": metric,
            "started_at": ticket["filed_at"],
            "target_for": target,
            "running_since": ticket["filed_at"] if owed else None,
            "due_at": due if owed else None,
            "warn_at": due if owed else None,
            "next_at": _quiet_until(ticket["id"]) if owed else None,
            "met_at": None if owed else ticket["last_activity_at"],
            "percents": "{75,100}",
            "reason": "{}",
        }


def _quiet_until(number: int) -> datetime:
    return timezone.now() + timedelta(days=365, seconds=number)


def _write_what_follows() -> None:
    """What triggers and the log would have of all that."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _FOLLOWS:
            cursor.execute(statement)


_EVENT = (
    "INSERT INTO events_event (name, about_type, about_id, organization_id, by_id, details, happened_at, recorded_at,"
    " request_id) SELECT '{name}', 'tickets.ticket', k.id::text, k.organization_id, {by}, jsonb_build_object({details},"
    " 'version', 1), {at}, {at}, '' FROM tickets_ticket k {joined}"
)
_FACETS = "'channel', k.channel, 'priority', k.priority, 'tier', t.slug"
_TIER = "JOIN accounts_organization o ON o.id = k.organization_id JOIN accounts_tier t ON t.id = o.tier_id"
_KEPT = "JOIN tickets_timer r ON r.ticket_id = k.id AND r.met_at IS NOT NULL"
_FOLLOWS = [
    "INSERT INTO tickets_searchdocument (ticket_id, size, vector) SELECT k.id, sum(length(m.body)),"
    " setweight(tickets_words(k.subject), 'A') || tickets_words(string_agg(m.body, E'\\n' ORDER BY m.id))"
    " FROM tickets_ticket k JOIN tickets_message m ON m.ticket_id = k.id GROUP BY k.id",
    _EVENT.format(name="ticket.filed", by="k.requester_id", details=_FACETS, at="k.filed_at", joined=_TIER),
    _EVENT.format(
        name="ticket.promise_met",
        by="k.assignee_id",
        details="'timer', r.id, 'metric', r.metric, 'tier', t.slug, 'actual_s', 600",
        at="r.met_at",
        joined=f"{_TIER} {_KEPT}",
    ),
    _EVENT.format(
        name="ticket.solved",
        by="k.assignee_id",
        details=_FACETS,
        at="k.solved_at",
        joined=f"{_TIER} WHERE k.solved_at IS NOT NULL",
    ),
]
