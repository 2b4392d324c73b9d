"""Some days of a busy desk, in short; `make simulate` plays the long one. And that the checks at the end find what is
not as it must be."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError
from django.db.models import Model
from django.utils import timezone

from portal.events.models import Delivery, Event
from portal.lib.invariants import Broken
from portal.management.commands import simulate as command
from portal.outbox.models import Letter
from portal.outbox.states import LetterState
from tests.factories.tickets import CategoryFactory, CategorySkillFactory, SkillFactory, TicketFactory
from tests.tickets.desk import busy_with, hire
from tests.tickets.recount import check_reports
from tickets import actions as tickets
from tickets import simulate
from tickets.actions import assignment
from tickets.actions.choice import Candidate
from tickets.models import Escalation, Ticket, Timer
from tickets.simulate import desk as desks
from tickets.simulate import invariants, wire
from tickets.simulate.desk import PATIENCE, Desk
from tickets.simulate.workers import Sweep
from tickets.states import Availability, Priority

pytestmark = pytest.mark.django_db
DAYS, BETWEEN = 3, timedelta(minutes=120)  # the clocks change in the third
File = Callable[..., Ticket]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_must_hold_holds_after_some_days_and_reports_tell_what_happened(seed: int) -> None:
    counts = simulate.play(days=DAYS, seed=seed, between=BETWEEN)
    played = ("tickets", "sweeps", "letters", "deliveries", "handed out", "looks at the queue", "escalations")
    assert all(counts[name] for name in played), counts
    assert check_reports(simulate.BEGINS[seed]) > 20


@pytest.fixture
def late(file: File, settle: Callable[..., int], now: datetime) -> list[Sweep]:
    """A ticket whose promise was missed, with the sweep that found it."""
    file()
    settle(now=now)
    at = now + timedelta(hours=5)
    sweep = Sweep(Event.objects.order_by("-pk")[0].pk, at, whole=True)
    while tickets.watch_next_promise(now=at):
        pass
    settle(now=at)
    invariants.check([sweep])
    return [sweep]


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda: Timer.objects.update(due_at=datetime.fromisoformat("2026-03-11T00:00Z")), "the replay differs"),
        (lambda: Escalation.objects.filter(at_percent=75).delete(), "the steps of"),
        (lambda: Ticket.objects.update(due_at=None), "is due at None"),
        (lambda: Letter.objects.filter(key__startswith="ticket-filed:").delete(), "letters were lost"),
        (lambda: Event.objects.named("ticket.promise_missed").delete(), "the replay differs"),
        (lambda: again(Event.objects.named("ticket.escalated")[0]), "is told 2 times"),
        (lambda: Event.objects.named("ticket.escalated").delete(), "is told 0 times"),
        (
            lambda: again(Letter.objects.all()[0], key="ticket-filed:0", public_id="2", message_id="<2>"),
            "nobody asked for",
        ),
        (
            lambda: Delivery.objects.filter(pk=Delivery.objects.all()[0].pk).update(state="waiting", done_at=None),
            "not del",
        ),
    ],
)
def test_what_is_wrong_is_found(late: list[Sweep], tamper: Callable[[], object], told: str) -> None:
    tamper()
    with pytest.raises(Broken, match=told):
        invariants.check(late)


def again(row: Model, **changes: str) -> None:
    """The same row once more."""
    for name, value in {"pk": None, **changes}.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def test_the_slow_count_alone_finds_a_wrong_due_time(late: list[Sweep], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when all that the portal itself counts with agrees."""
    monkeypatch.setattr(invariants, "_replays", lambda: None)
    timer = Timer.objects.filter(due_at__isnull=False)[0]
    Timer.objects.filter(pk=timer.pk).update(due_at=timer.due_at + timedelta(minutes=1))
    with pytest.raises(Broken, match=r"due_at of .* the recount says"):
        invariants.check(late)


def test_a_sweep_that_was_never_run_is_found(late: list[Sweep], now: datetime) -> None:
    """Had it run, it would have found the next step."""
    with pytest.raises(Broken, match="the steps of"):
        invariants.check([*late, Sweep(Event.objects.order_by("-pk")[0].pk, now + timedelta(hours=9), whole=True)])


# --- Who gets what ----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk([], Random(1))


def test_what_waits_while_somebody_is_free_is_found(desk: Desk, now: datetime) -> None:
    hire("l1", name="Ann", capacity=2)
    TicketFactory(filed_at=now)
    with pytest.raises(Broken, match=r"waits at .* while Ann could get it"):
        desk.check_waiting(now)
    tickets.assign_waiting(now=now)
    desk.check_waiting(now)


def test_what_nobody_has_room_for_may_wait_and_keeps_one_agent_from_lighter_ones(desk: Desk, now: datetime) -> None:
    ann = hire("l1", name="Ann", capacity=3)
    busy_with(ann, 2, now)
    TicketFactory(filed_at=now, priority=Priority.CRITICAL)
    TicketFactory(filed_at=now)
    tickets.assign_waiting(now=now)
    desk.check_waiting(now)
    hire("l1", name="Bob", capacity=1)
    with pytest.raises(Broken, match="Bob could get it"):
        desk.check_waiting(now)


def test_what_asks_for_a_skill_waits_for_it_for_a_while(desk: Desk, now: datetime) -> None:
    hire("l1", name="Ann")
    kind = CategoryFactory(skill_wait_for=PATIENCE)
    CategorySkillFactory(category=kind, skill=SkillFactory(), is_required=True)
    TicketFactory(filed_at=now, category=kind)
    desk.check_waiting(now + PATIENCE - timedelta(seconds=1))
    with pytest.raises(Broken, match="Ann could get it"):
        desk.check_waiting(now + PATIENCE)


def test_tickets_of_who_is_away_wait_for_the_stand_in(desk: Desk, now: datetime) -> None:
    eve = hire("l3", name="Eve")
    ann = hire("l1", name="Ann", availability=Availability.OUT_OF_OFFICE, stand_in=eve)
    busy_with(ann, 1, now)
    with pytest.raises(Broken, match="Eve could get it"):
        desk.check_waiting(now)


@pytest.mark.parametrize(
    ("profile", "told"), [({"capacity": 3}, "given 4 points, the capacity is 3"), ({"availability": "busy"}, "is busy")]
)
def test_a_ticket_given_without_room_or_to_who_is_not_there_is_found(
    desk: Desk, profile: dict[str, Any], told: str, now: datetime
) -> None:
    ann = hire("l1", name="Ann", **profile)
    busy_with(ann, 3, now)
    desk.check_given()
    tickets.assign(ticket=TicketFactory(filed_at=now), to=ann, by=None, now=now)
    with pytest.raises(Broken, match=told):
        desk.check_given()


def test_a_portal_that_looks_at_no_capacity_is_found_by_the_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Candidate, "has_room", lambda self, weight: True)
    monkeypatch.setattr(desks, "CAPACITIES", [1])
    with pytest.raises(Broken, match="the capacity is"):
        simulate.play(days=DAYS, seed=1, between=BETWEEN / 4)  # more than the agents can each have one of


def test_a_portal_that_hands_nothing_out_is_found_by_the_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "assign_next", lambda **_options: None)
    with pytest.raises(Broken, match="could get it"):
        simulate.play(days=DAYS, seed=1, between=BETWEEN)


# --- The way of the letters -------------------------------------------------------------------------------------------


def test_letters_go_out_once_each_though_workers_die(late: list[Sweep]) -> None:
    assert wire.send_all(Random(4), timezone.now() + timedelta(days=3)) >= Letter.objects.count()
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.SENT}


def test_a_letter_that_goes_out_twice_or_never_is_found(late: list[Sweep], monkeypatch: pytest.MonkeyPatch) -> None:
    at = timezone.now() + timedelta(days=3)
    with monkeypatch.context() as forgetful, pytest.raises(Broken, match="letters went out twice"):
        forgetful.setattr(wire, "mark_sent", lambda **_options: None)
        wire.send_all(Random(4), at)
    Letter.objects.update(state=LetterState.FAILED)
    with pytest.raises(Broken, match="never went out"):
        wire.send_all(Random(4), at)


# --- The command ------------------------------------------------------------------------------------------------------


def test_the_command_finds_the_players_of_the_apps() -> None:
    assert simulate in list(command.simulate_modules())


def test_a_broken_invariant_is_one_sentence_and_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "scratch_database", nullcontext)
    monkeypatch.setattr(simulate, "play", _broken)
    with pytest.raises(CommandError, match="Seed 3, 2 days: a clock is wrong"):
        command.Command().handle(days=2, seed=3)


def _broken(**_options: int) -> dict[str, int]:
    raise Broken("a clock is wrong")
