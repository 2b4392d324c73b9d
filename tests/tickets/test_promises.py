from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from portal.accounts import actions as accounts
from portal.accounts.models import Organization, Tier, User
from portal.events.models import Event
from tests.factories.accounts import TierFactory
from tickets import actions as tickets
from tickets.models import Ticket, Timer
from tickets.states import Channel, Priority, TicketState

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def events(ticket: Ticket, *names: str) -> list[Event]:
    return list(Event.objects.about(ticket).named(*names).oldest_first())


def sweep(now: datetime) -> int:
    count = 0
    while tickets.watch_next_promise(now=now):
        count += 1
    return count


@pytest.mark.parametrize(
    ("tier", "priority", "channel", "within"),
    [
        ("ultra-premium", Priority.NORMAL, Channel.WEB, timedelta(hours=1)),
        ("elite", Priority.NORMAL, Channel.EMAIL, timedelta(hours=4)),
        ("pro", Priority.LOW, Channel.API, timedelta(hours=24)),
        ("pro", Priority.CRITICAL, Channel.WEB, timedelta(minutes=15)),
        ("pro", Priority.HIGH, Channel.CHAT, timedelta(minutes=2)),
        ("ultra-premium", Priority.NORMAL, Channel.COMMUNITY, timedelta(hours=1)),
        ("pro", Priority.NORMAL, Channel.TELEGRAM, timedelta(hours=1)),
        ("pro", Priority.CRITICAL, Channel.CHAT, timedelta(minutes=2)),
        (None, Priority.NORMAL, Channel.WEB, timedelta(hours=4)),
        (None, Priority.NORMAL, Channel.COMMUNITY, timedelta(hours=8)),
        (None, Priority.CRITICAL, Channel.EMAIL, timedelta(minutes=15)),
    ],
)
def test_the_first_answer_is_promised_by_tier_channel_and_priority(
    file: File, elite: Organization, now: datetime, tier: str | None, priority: str, channel: str, within: timedelta
) -> None:
    elite.tier = TierFactory(slug=tier) if tier else None
    elite.save()
    ticket = file(priority=priority, channel=channel)
    timer = ticket.timers.get()
    assert timer.target_for == within
    assert timer.due_at == ticket.due_at == now + within


def test_the_reason_of_the_target_is_kept(file: File) -> None:
    assert file().timers.get().reason == {"dimension": "tier", "value": "elite", "label": "Elite", "target_s": 14400}
    critical = file(priority=Priority.CRITICAL).timers.get()
    assert critical.reason == {"dimension": "priority", "value": "critical", "target_s": 900}
    assert "Critical" in critical.why


def test_the_first_public_answer_of_staff_meets_the_promise(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="We are on it.", by=agent, now=now + timedelta(hours=1))
    timer = ticket.timers.get()
    assert timer.met_at == now + timedelta(hours=1)
    assert timer.missed_at is None
    ticket.refresh_from_db()
    assert ticket.due_at is None
    assert events(ticket, "ticket.promise_met")[0].details["actual_s"] == 3600


@pytest.mark.parametrize("speaker", ["customer", "house", "note", "notice"])
def test_nothing_else_meets_the_promise(file: File, agent: User, customer: User, now: datetime, speaker: str) -> None:
    ticket = file()
    if speaker == "customer":
        tickets.reply(ticket=ticket, body="Any news?", by=customer, now=now)
    elif speaker == "house":
        tickets.reply(ticket=ticket, body="We received this.", by=None, now=now)
    else:
        tickets.note(ticket=ticket, body="Looks like the feed.", by=agent if speaker == "note" else None, now=now)
    assert ticket.timers.get().met_at is None


def test_a_late_answer_meets_nothing_but_the_record_says_so(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="Sorry.", by=agent, now=now + timedelta(hours=5))
    timer = ticket.timers.get()
    assert timer.missed_at == timer.met_at == now + timedelta(hours=5)
    assert not events(ticket, "ticket.promise_met")
    missed = events(ticket, "ticket.promise_missed")[0]
    assert (missed.details["target_s"], missed.details["actual_s"]) == (14400, 18000)


def test_the_clock_stands_while_the_customer_has_the_turn(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file()
    tickets.wait_for_customer(ticket=ticket, by=agent, now=now + timedelta(hours=1))
    ticket.refresh_from_db()
    assert ticket.due_at is None
    assert ticket.timers.get().is_paused
    assert sweep(now + timedelta(days=3)) == 0
    tickets.reply(ticket=ticket, body="Here are the logs.", by=customer, now=now + timedelta(hours=10))
    ticket.refresh_from_db()
    assert ticket.state == TicketState.OPEN
    assert ticket.due_at == now + timedelta(hours=13)
    stopped, started = events(ticket, "ticket.clock_stopped", "ticket.clock_started")
    assert stopped.details["actual_s"] == started.details["actual_s"] == 3600


def test_another_priority_moves_the_promise_and_keeps_what_was_used(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    at = now + timedelta(minutes=5)
    changed = tickets.change_priority(
        ticket=ticket, priority=Priority.CRITICAL, by=agent, reason="Trading stands still.", now=at
    )
    assert changed.due_at == now + timedelta(minutes=15)
    told = events(ticket, "ticket.promise_changed")[0].details
    assert (told["old_target_s"], told["target_s"], told["actual_s"]) == (14400, 900, 300)
    assert "Trading stands still." in ticket.messages.get(kind="system").body


def test_raising_the_priority_too_late_misses_the_promise_at_the_next_look(
    file: File, agent: User, now: datetime
) -> None:
    ticket = file()
    tickets.change_priority(ticket=ticket, priority=Priority.CRITICAL, by=agent, now=now + timedelta(hours=1))
    assert sweep(now + timedelta(hours=1)) == 1
    assert ticket.timers.get().missed_at == now + timedelta(hours=1)


def test_a_better_tier_moves_open_promises(
    file: File, elite: Organization, settle: Callable[..., int], now: datetime
) -> None:
    ticket, solved = file(), file()
    tickets.solve(ticket=solved, by=None, now=now)
    ultra = Tier.objects.get_or_create(slug="ultra-premium", defaults={"name": "Ultra Premium", "rank": 3})[0]
    accounts.change_tier(organization=elite, tier=ultra, by=None, now=now)
    settle(now=now + timedelta(seconds=1))
    ticket.refresh_from_db()
    assert ticket.due_at == now + timedelta(hours=1)
    assert ticket.timers.get().reason["value"] == "ultra-premium"
    assert solved.timers.get().reason["value"] == "elite"


def test_a_warning_and_a_miss_are_recorded_once_each(file: File, now: datetime) -> None:
    ticket = file()
    assert sweep(now + timedelta(hours=2, minutes=59)) == 0
    assert sweep(now + timedelta(hours=3)) == 1
    assert sweep(now + timedelta(hours=3, minutes=30)) == 0
    assert sweep(now + timedelta(hours=4)) == 1
    assert sweep(now + timedelta(hours=9)) == 0
    assert len(events(ticket, "ticket.promise_warned")) == 1
    missed = events(ticket, "ticket.promise_missed")
    assert len(missed) == 1
    assert missed[0].organization_id == ticket.organization_id
    assert {"metric", "tier", "priority", "target_s", "actual_s"} <= set(missed[0].details)


def test_after_an_outage_only_the_miss_is_told(file: File, now: datetime) -> None:
    ticket = file()
    assert sweep(now + timedelta(days=1)) == 1
    assert not events(ticket, "ticket.promise_warned")
    assert len(events(ticket, "ticket.promise_missed")) == 1


def test_solving_ends_what_was_owed(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    solved = tickets.solve(ticket=ticket, by=agent, now=now + timedelta(hours=1))
    assert solved.due_at is None
    timer = ticket.timers.get()
    assert timer.dropped_at == now + timedelta(hours=1)
    assert sweep(now + timedelta(days=1)) == 0


def test_reopening_starts_a_new_promise(file: File, agent: User, customer: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="Fixed.", by=agent, leaves=TicketState.SOLVED, now=now + timedelta(hours=1))
    again = now + timedelta(days=1)
    reopened = tickets.reopen(ticket=ticket, by=customer, now=again)
    assert reopened.due_at == again + timedelta(hours=4)
    first, second = Timer.objects.filter(ticket=ticket).order_by("cycle")
    assert first.met_at is not None
    assert second.cycle == 2
    assert second.is_owed


def test_the_clock_of_one_worker_is_not_taken_by_another(file: File, now: datetime) -> None:
    file()
    file()
    assert sweep(now + timedelta(hours=3)) == 2


def test_a_ticket_is_promised_what_the_tier_of_this_moment_promises(
    file: Callable[..., Ticket], elite: Organization
) -> None:
    """Whoever filed had loaded the organization before its tier changed."""
    known_before = Organization.objects.select_related("tier").get(pk=elite.pk)
    accounts.change_tier(organization=elite, tier=TierFactory(slug="ultra-premium", name="Ultra Premium"), by=None)
    ticket = file(organization=known_before)
    assert ticket.timers.get().reason["value"] == "ultra-premium"
