"""Some days of a busy desk, in short; `make simulate` plays the long one. And that the checks at the end find what is
not as it must be."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError

from portal.events.models import Event
from portal.lib.invariants import Broken
from portal.management.commands import simulate as command
from portal.outbox.models import Letter
from tickets import actions as tickets
from tickets import simulate
from tickets.models import Escalation, Ticket, Timer
from tickets.simulate import invariants
from tickets.simulate.workers import Sweep

pytestmark = pytest.mark.django_db
DAYS = 5
File = Callable[..., Ticket]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_must_hold_holds_after_some_days(shipped: None, seed: int) -> None:
    counts = simulate.play(days=DAYS, seed=seed, between=timedelta(minutes=120))
    assert counts["tickets"] and counts["sweeps"] and counts["letters"] and counts["deliveries"]


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
    ],
)
def test_what_is_wrong_is_found(late: list[Sweep], tamper: Callable[[], object], told: str) -> None:
    tamper()
    with pytest.raises(Broken, match=told):
        invariants.check(late)


def test_a_sweep_that_was_never_run_is_found(late: list[Sweep], now: datetime) -> None:
    """Had it run, it would have found the next step."""
    with pytest.raises(Broken, match="the steps of"):
        invariants.check([*late, Sweep(Event.objects.order_by("-pk")[0].pk, now + timedelta(hours=9), whole=True)])


def test_the_command_finds_the_players_of_the_apps() -> None:
    assert simulate in list(command.simulate_modules())


def test_a_broken_invariant_is_one_sentence_and_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "scratch_database", nullcontext)
    monkeypatch.setattr(simulate, "play", _broken)
    with pytest.raises(CommandError, match="Seed 3, 2 days: a clock is wrong"):
        command.Command().handle(days=2, seed=3)


def _broken(**_options: int) -> dict[str, int]:
    raise Broken("a clock is wrong")
