from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from portal.accounts import actions as accounts
from portal.accounts.models import Organization, Tier, User
from portal.events.models import Event
from tests.factories.accounts import TierFactory
from tickets import actions as tickets
from tickets.models import Ticket, Timer
from tickets.states import Channel, Metric, Priority, TicketState

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def events(ticket: Ticket, *names: str) -> list[Event]:
    return list(Event.objects.about(ticket).named(*names).oldest_first())


def answer_of(ticket: Ticket, cycle: int = 1) -> Timer:
    """The clock of the first answer."""
    return ticket.timers.get(metric=Metric.FIRST_RESPONSE, cycle=cycle)


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
    timer = answer_of(ticket)
    assert timer.target_for == within
    assert timer.due_at == ticket.due_at == now + within


def test_the_reason_of_the_target_is_kept(file: File) -> None:
    assert answer_of(file()).reason == {"dimension": "tier", "value": "elite", "label": "Elite", "target_s": 14400}
    critical = answer_of(file(priority=Priority.CRITICAL))
    assert critical.reason == {"dimension": "priority", "value": "critical", "target_s": 900}
    assert "Critical" in critical.why


def test_the_first_public_answer_of_staff_meets_the_promise(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="We are on it.", by=agent, now=now + timedelta(hours=1))
    timer = answer_of(ticket)
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
    assert answer_of(ticket).met_at is None


def test_a_late_answer_meets_nothing_but_the_record_says_so(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="Sorry.", by=agent, now=now + timedelta(hours=5))
    timer = answer_of(ticket)
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
    assert answer_of(ticket).is_paused
    assert sweep(now + timedelta(days=3)) == 0
    assert answer_of(ticket).paused(now + timedelta(hours=3)) == timedelta(hours=2)
    tickets.reply(ticket=ticket, body="Here are the logs.", by=customer, now=now + timedelta(hours=10))
    ticket.refresh_from_db()
    assert ticket.state == TicketState.OPEN
    assert ticket.due_at == now + timedelta(hours=13)
    told = events(ticket, "ticket.clock_stopped", "ticket.clock_started")
    assert [one.details["actual_s"] for one in told] == [3600] * 4  # of the answer and of the solution
    assert answer_of(ticket).paused_for == timedelta(hours=9)


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
    assert sweep(now + timedelta(hours=1)) == 2
    assert answer_of(ticket).missed_at == now + timedelta(hours=1)


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
    assert answer_of(ticket).reason["value"] == "ultra-premium"
    assert answer_of(solved).reason["value"] == "elite"


def test_a_warning_and_a_miss_are_recorded_once_each(file: File, now: datetime) -> None:
    ticket = file()
    assert sweep(now + timedelta(hours=2, minutes=59)) == 0
    assert sweep(now + timedelta(hours=3)) == 1
    assert sweep(now + timedelta(hours=3, minutes=30)) == 0
    assert sweep(now + timedelta(hours=4)) == 1
    assert sweep(now + timedelta(hours=9)) == 1  # the next step of the ladder
    assert sweep(now + timedelta(hours=9)) == 0
    assert len(events(ticket, "ticket.promise_warned")) == 1
    missed = events(ticket, "ticket.promise_missed")
    assert len(missed) == 1
    assert missed[0].organization_id == ticket.organization_id
    assert {"metric", "tier", "priority", "target_s", "actual_s"} <= set(missed[0].details)


def test_after_an_outage_only_the_miss_is_told(file: File, now: datetime) -> None:
    ticket = file()
    assert sweep(now + timedelta(days=1)) == 2
    assert not events(ticket, "ticket.promise_warned")
    missed = events(ticket, "ticket.promise_missed")
    assert sorted(one.details["metric"] for one in missed) == ["first_response", "resolution"]


def test_solving_ends_what_was_owed(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    solved = tickets.solve(ticket=ticket, by=agent, now=now + timedelta(hours=1))
    assert solved.due_at is None
    timer = answer_of(ticket)
    assert timer.dropped_at == now + timedelta(hours=1)
    assert sweep(now + timedelta(days=1)) == 0


def test_reopening_starts_a_new_promise(file: File, agent: User, customer: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="Fixed.", by=agent, leaves=TicketState.SOLVED, now=now + timedelta(hours=1))
    again = now + timedelta(days=1)
    reopened = tickets.reopen(ticket=ticket, by=customer, now=again)
    assert reopened.due_at == again + timedelta(hours=4)
    owed = Timer.objects.filter(ticket=ticket).owed().order_by("metric")
    assert [(one.metric, one.cycle) for one in owed] == [(Metric.NEXT_RESPONSE, 1), (Metric.RESOLUTION, 2)]
    assert answer_of(ticket).met_at is not None


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
    assert answer_of(ticket).reason["value"] == "ultra-premium"


# --- Next answers, updates, solutions ---------------------------------------------------------------------------------


def owed(ticket: Ticket) -> dict[str, datetime | None]:
    """When each promise that is owed falls due."""
    return dict(ticket.timers.owed().values_list("metric", "due_at"))


def test_a_solution_is_promised_by_channel_and_priority_whichever_is_sooner(file: File, now: datetime) -> None:
    assert owed(file(priority=Priority.LOW))[Metric.RESOLUTION] == now + timedelta(hours=24)
    assert owed(file(priority=Priority.HIGH))[Metric.RESOLUTION] == now + timedelta(hours=4)
    assert owed(file(priority=Priority.LOW, channel=Channel.CHAT))[Metric.RESOLUTION] == now + timedelta(minutes=15)


def test_the_oldest_unanswered_message_starts_the_clock_of_the_next_answer(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="Which account?", by=agent, now=now + timedelta(hours=1))
    assert Metric.NEXT_RESPONSE not in owed(ticket)
    tickets.reply(ticket=ticket, body="This one.", by=customer, now=now + timedelta(hours=2))
    tickets.reply(ticket=ticket, body="And this.", by=customer, now=now + timedelta(hours=3))
    assert owed(ticket)[Metric.NEXT_RESPONSE] == now + timedelta(hours=6)
    tickets.reply(ticket=ticket, body="Thank you.", by=agent, now=now + timedelta(hours=4))
    assert Metric.NEXT_RESPONSE not in owed(ticket)
    tickets.reply(ticket=ticket, body="Well?", by=customer, now=now + timedelta(hours=5))
    assert ticket.timers.get(metric=Metric.NEXT_RESPONSE, cycle=2).is_owed


def test_before_the_first_answer_the_customer_is_owed_that_one_alone(file: File, customer: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="Hello?", by=customer, now=now + timedelta(hours=1))
    assert set(owed(ticket)) == {Metric.FIRST_RESPONSE, Metric.RESOLUTION}


def test_while_we_work_on_it_updates_are_owed_one_after_the_other(file: File, agent: User, now: datetime) -> None:
    ticket = file(priority=Priority.HIGH)
    first = now + timedelta(minutes=10)
    tickets.reply(ticket=ticket, body="We look.", by=agent, leaves=TicketState.OPEN, now=first)
    assert owed(ticket)[Metric.UPDATE] == first + timedelta(hours=1)
    second = first + timedelta(minutes=30)
    tickets.reply(ticket=ticket, body="Found it.", by=agent, leaves=TicketState.OPEN, now=second)
    assert owed(ticket)[Metric.UPDATE] == second + timedelta(hours=1)
    tickets.reply(ticket=ticket, body="Try now.", by=agent, now=second)
    assert Metric.UPDATE not in owed(ticket)


def test_solving_keeps_the_promise_of_a_solution_and_late_it_is_missed(file: File, agent: User, now: datetime) -> None:
    in_time, late = file(), file()
    tickets.solve(ticket=in_time, by=agent, now=now + timedelta(hours=23))
    tickets.solve(ticket=late, by=agent, now=now + timedelta(hours=25))
    kept, missed = (one.timers.get(metric=Metric.RESOLUTION) for one in (in_time, late))
    assert kept.met_at
    assert not kept.was_missed
    assert missed.met_at
    assert missed.was_missed
