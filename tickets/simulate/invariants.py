"""What must hold at the end of the play."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from portal.accounts.models import User
from portal.events.models import Delivery, Event
from portal.events.states import DeliveryState
from portal.lib.invariants import must
from portal.outbox.models import Letter
from tickets import actions as tickets
from tickets.models import Escalation, Message, SlaPolicy, Ticket, Timer
from tickets.simulate.recount import FACTS, Recount, Told
from tickets.simulate.workers import Sweep
from tickets.states import OUR_TURN, Dimension, MessageKind, TicketState


def check(sweeps: list[Sweep]) -> None:
    """Raises Broken with the first invariant that does not hold."""
    _replays()
    events = _by_ticket(FACTS)
    missed = _by_ticket(["ticket.promise_missed"])
    ladders = _ladders()
    for ticket in Ticket.objects.order_by("pk"):
        recount = Recount(ticket, ladders, sweeps)
        told = recount.run(events[ticket.pk])
        must(set(told) == set(recount.rows), f"{ticket.number}: its timers are not those that were promised")
        for pk, timer in told.items():
            _timer(recount.rows[pk], timer, ticket)
            _steps(recount.rows[pk], timer, recount.escalations[pk])
            _missed(recount.rows[pk], [one for one in missed[ticket.pk] if one.details["timer"] == pk])
        _ticket(ticket, told.values())
    _told_once()
    _letters()


def _replays() -> None:
    after: int | None = 0
    while after is not None:
        seen = tickets.replay_promises(after=after)
        must(not seen.differences, f"the replay differs: {next(map(str, seen.differences), '')}")
        after = seen.last


def _by_ticket(names: list[str]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.named(*names).filter(about_type=Ticket._meta.label_lower).order_by("pk"):
        found[int(event.about_id)].append(event)
    return found


def _ladders() -> dict[str, list[int]]:
    lines = SlaPolicy.objects.filter(dimension=Dimension.PRIORITY).select_related("ladder")
    steps = {line.value: line.ladder.steps.order_by("at_percent") if line.ladder else None for line in lines}
    return {value: [step.at_percent for step in found] if found is not None else [] for value, found in steps.items()}


def _timer(row: Timer, told: Told, ticket: Ticket) -> None:
    pairs: dict[str, tuple[Any, Any]] = {
        "due_at": (row.due_at, told.due_at),
        "missed_at": (row.missed_at, told.missed_at),
        "used": (row.consumed_for.total_seconds(), told.used_s),
        "target": (row.target_for.total_seconds(), told.target_s),
        "runs": (row.running_since is not None, told.since is not None),
        "met_at": (row.met_at, told.ended_at if told.ended == "met_at" else None),
        "dropped_at": (row.dropped_at, told.ended_at if told.ended == "dropped_at" else None),
    }
    for name, (found, wanted) in pairs.items():
        must(found == wanted, f"{name} of {row} of {ticket.number} is {found}, the recount says {wanted}")


def _steps(row: Timer, told: Told, found: dict[int, Any]) -> None:
    must(found == told.steps, f"the steps of {row} are {found}, the recount says {told.steps}")


def _told_once() -> None:
    """Each step that fired and each wish is one piece of news, and no news tells of another."""
    names = ["ticket.promise_warned", "ticket.escalated", "ticket.escalation_asked"]
    told = Counter(event.details["escalation"] for event in Event.objects.named(*names))
    fired = set(Escalation.objects.filter(fired_at__isnull=False).values_list("pk", flat=True))
    odd = next((pk for pk in sorted(fired | set(told)) if (told[pk], pk in fired) != (1, True)), None)
    must(odd is None, f"the escalation {odd} is told {told[odd or 0]} times, fired: {odd in fired}")


def _missed(row: Timer, events: list[Event]) -> None:
    moments = [event.happened_at for event in events]
    wanted = [row.missed_at] if row.missed_at else []
    must(moments == wanted, f"{row} was missed at {wanted}, events tell {moments}")


def _ticket(ticket: Ticket, told: Iterable[Told]) -> None:
    owed = [one for one in told if not one.ended]
    due = min((one.due_at for one in owed if one.due_at), default=None)
    must(ticket.due_at == due, f"{ticket.number} is due at {ticket.due_at}, the recount says {due}")
    must(all((one.since is not None) == (ticket.state in OUR_TURN) for one in owed), f"{ticket.number}: not its turn")
    is_done = ticket.state in (TicketState.SOLVED, TicketState.CLOSED)
    must(not (is_done and owed), f"{ticket.number} is {ticket.state} and owes something")


def _letters() -> None:
    """Each piece of news became its letters, once each; nobody got one that no news asks for."""
    undone = Delivery.objects.exclude(state=DeliveryState.DONE).first()
    must(undone is None, f"news was not delivered: {undone} {undone.error if undone else ''}")
    must_be, may_be = _keys_that_must_be(), _keys_that_may_be()
    found = set(Letter.objects.values_list("key", flat=True))
    lost, surplus = must_be - found, found - must_be - may_be
    must(not lost, f"{len(lost)} letters were lost, {min(lost, default='')} among them")
    must(not surplus, f"{len(surplus)} letters that nobody asked for, {min(surplus, default='')} among them")
    for message in _messages(is_from_staff=False):
        own = {key for key in found if key.startswith(f"ticket-customer-replied:{message}:")}
        must(bool(own), f"nobody was told of the message {message}")


def _messages(*, is_from_staff: bool) -> set[int]:
    """Answers of one side; the first message of a ticket is told by another letter."""
    replies = Message.objects.filter(kind=MessageKind.REPLY, is_from_staff=is_from_staff)
    name = "ticket.replied" if is_from_staff else "ticket.customer_replied"
    told = {event.details["message"] for event in Event.objects.named(name)}
    known = set(replies.values_list("pk", flat=True))
    must(told <= known, f"{name} tells of messages that are not there")
    return told


def _keys_that_must_be() -> set[str]:
    keys = {f"ticket-filed:{pk}" for pk in Ticket.objects.values_list("pk", flat=True)}
    keys |= {f"ticket-replied:{message}" for message in _messages(is_from_staff=True)}
    for one in Escalation.objects.filter(fired_at__isnull=False).select_related("timer"):
        if one.timer is None or one.timer.is_owed:
            keys |= {f"ticket-escalated:{one.pk}:{person}" for person in one.told}
    for events in _by_ticket(["ticket.solved", "ticket.reopened", "ticket.closed"]).values():
        if _is_told_solved(events[-1]):
            keys.add(f"ticket-solved:{events[-1].pk}")
    return keys


def _keys_that_may_be() -> set[str]:
    """What depends on how things stood when the news was delivered."""
    staff = User.objects.staff().values_list("pk", flat=True)
    keys = {f"ticket-customer-replied:{one}:{person}" for one in _messages(is_from_staff=False) for person in staff}
    for one in Escalation.objects.filter(fired_at__isnull=False):
        keys |= {f"ticket-escalated:{one.pk}:{person}" for person in one.told}
    return keys | {f"ticket-solved:{one.pk}" for one in Event.objects.named("ticket.solved") if _is_told_solved(one)}


def _is_told_solved(event: Event) -> bool:
    """A solution is told by a letter of its own unless an answer told it, or the customer did it."""
    if event.name != "ticket.solved" or "message" in event.details:
        return False
    return not Ticket.objects.filter(pk=event.about_id, requester=event.by_id).exists()
