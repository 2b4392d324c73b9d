"""Rules: applied once per ticket and version, never by each other's news, and what fails stands visible."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections

from portal.accounts.models import User
from portal.events.models import Delivery, Event
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import MacroFactory, TagFactory, TicketFactory
from tests.tickets.rulebook import on, rule_of
from tickets import actions as tickets
from tickets.models import Category, Firing, Message, RuleAct, Ticket
from tickets.querysets.rules import preview
from tickets.states.rules import Does, Trigger
from tickets.tasks import apply_rules

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]


@pytest.fixture(autouse=True)
def categories(db: None) -> None:
    Category.objects.get_or_create(slug="billing", defaults={"name": "Billing"})


def events_of(ticket: Ticket) -> list[str]:
    return list(Event.objects.about(ticket).order_by("pk").values_list("name", flat=True))


# --- Applied ----------------------------------------------------------------------------------------------------------


def test_a_rule_does_all_that_it_says_in_the_name_of_the_house(
    file: File, agent: User, settle: Settle, now: datetime
) -> None:
    lead = StaffFactory(role="lead")
    category, tag = Category.objects.get(slug="billing"), TagFactory(slug="refund")
    TagFactory(slug="new")
    MacroFactory(name="We look", body="Dear {{ requester.first_name }}, we look into #{{ ticket.number }}.")
    rule = rule_of(
        *(("tag", "refund"), ("tag", "new"), ("untag", "new"), ("category", "billing"), ("priority", "high")),
        *(("team", "l2"), ("assign", agent.email), ("answer", "we look"), ("note", "By a rule"), ("notify", "lead")),
        when=[("subject", "contains", "refund, money")],
    )
    on(rule, now)
    ticket, other = file(subject="My refund"), file(subject="Signals")
    settle(now)
    ticket.refresh_from_db()
    assert (ticket.category, ticket.priority, ticket.level, ticket.assignee) == (category, "high", "l2", agent)
    assert list(ticket.tags.all()) == [tag]
    answer = ticket.messages.replies().in_order().last()
    assert (answer.body, answer.author, answer.is_from_staff) == (
        f"Dear Mara, we look into #{ticket.number}.", None, True,
    )  # fmt: skip
    assert ticket.timers.filter(met_at__isnull=False).count() == 0  # no promise is met by an automatic answer
    assert Letter.objects.filter(to=lead.email, subject__contains=rule.name).count() == 1
    assert Firing.objects.get().state == "done"
    assert "ticket.rule_fired" in events_of(ticket)
    assert "ticket.rule_fired" not in events_of(other)
    assert tickets.replay_promises().differences == []


def test_a_rule_applies_once_to_a_ticket_until_it_is_another_version(
    file: File, customer: User, settle: Settle, now: datetime
) -> None:
    rule = on(rule_of(("note", "Heard"), trigger="ticket.customer_replied"), now)
    ticket = file()
    for number in range(3):
        tickets.reply(ticket=ticket, body=f"Hello {number}", by=customer, now=now)
        settle(now)
    assert ticket.messages.filter(body="Heard").count() == 1
    for delivery in Delivery.objects.filter(listener__endswith="apply_rules_about_it"):
        tickets.apply_rules(ticket=ticket, event=delivery.event.name, happened_at=now)  # delivered once more
    assert ticket.messages.filter(body="Heard").count() == 1
    RuleAct.objects.filter(rule=rule).update(value="Heard again")
    on(tickets.keep_rule(rule=rule, by=None), now)
    tickets.reply(ticket=ticket, body="Hello?", by=customer, now=now)
    settle(now)
    assert ticket.messages.filter(body="Heard again").count() == 1
    assert sorted(Firing.objects.values_list("number", flat=True)) == [1, 2]


def test_rules_do_not_hear_of_each_other(file: File, settle: Settle, now: datetime) -> None:
    TagFactory(slug="a")
    TagFactory(slug="b")
    on(rule_of(("tag", "a"), ("priority", "high")), now)
    on(rule_of(("tag", "b"), trigger="ticket.tagged"), now)
    on(rule_of(("priority", "low"), trigger="ticket.priority_changed"), now)
    ticket = file()
    settle(now)
    ticket.refresh_from_db()
    assert (ticket.priority, [one.slug for one in ticket.tags.all()]) == ("high", ["a"])
    assert Firing.objects.count() == 1


def test_rules_come_in_their_order_and_see_what_the_one_before_did(file: File, settle: Settle, now: datetime) -> None:
    on(rule_of(("note", "Second"), when=[("priority", "is", "high")], position=2), now)
    on(rule_of(("priority", "high"), position=1), now)
    ticket = file()
    settle(now)
    assert ticket.messages.filter(body="Second").exists()


def test_a_rule_leaves_alone_what_happened_before_it_was_on_and_what_it_is_off_for(
    file: File, settle: Settle, now: datetime
) -> None:
    rule = rule_of(("note", "Late"))
    earlier = file()
    tickets.switch_on(rule=rule, seen=tickets.Seen(1, 0, 0), by=None, now=now + timedelta(minutes=1))
    settle(now)
    later = file(at=now + timedelta(minutes=2))
    tickets.switch_off(rule=rule, by=None)
    settle(now + timedelta(minutes=3))
    assert not Firing.objects.exists()
    assert earlier.messages.count() == later.messages.count() == 1


def test_what_is_refused_changes_nothing_and_can_be_tried_again(
    file: File, agent: User, settle: Settle, now: datetime
) -> None:
    TagFactory(slug="a")
    rule = on(rule_of(("tag", "a"), ("assign", agent.email)), now)
    agent.is_active = False
    agent.save()
    ticket = file()
    settle(now)
    firing = Firing.objects.get()
    assert (firing.state, "no agent" in firing.reason, ticket.tags.count()) == ("refused", True, 0)
    assert "ticket.rule_in_vain" in events_of(ticket)
    agent.is_active = True
    agent.save()
    again = tickets.try_again(firing=firing, by=None, now=now)
    assert again
    assert (again.state, ticket.tags.count()) == ("done", 1)
    with pytest.raises(Refused):
        tickets.try_again(firing=again, by=None)
    assert Firing.objects.filter(rule=rule).count() == 1


def test_what_fails_holds_up_no_other_rule_and_leaves_nothing_behind(
    file: File, settle: Settle, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tickets.actions.rules import doing

    def breaks(*_words: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setitem(doing._TABLE, Does.UNTAG, breaks)
    TagFactory(slug="a")
    on(rule_of(("tag", "a"), ("untag", "a"), position=1), now)
    on(rule_of(("note", "Still here"), position=2), now)
    ticket = file()
    settle(now)
    assert list(Firing.objects.order_by("pk").values_list("state", "reason")) == [
        ("failed", "ZeroDivisionError: oops"), ("done", ""),
    ]  # fmt: skip
    assert ticket.tags.count() == 0


# --- By time ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "hours", "is_touched"),
    [
        ("since_filed", 24, True),
        ("since_filed", 26, False),
        ("since_activity", 24, True),
        ("since_solved", 24, False),
        ("before_due", 24, False),  # overdue long since
    ],
)
def test_rules_about_time_touch_what_their_time_has_come_for(
    trigger: str, hours: int, is_touched: bool, file: File, agent: User, now: datetime
) -> None:
    ticket, closed = file(at=now - timedelta(hours=25)), file(at=now - timedelta(hours=25))
    tickets.close(ticket=closed, by=agent, now=now - timedelta(hours=25))
    rule = on(rule_of(("note", "Time"), trigger=trigger, hours=hours), now)
    assert tickets.fire_next(rule=rule, now=now) == is_touched
    assert not tickets.fire_next(rule=rule, now=now)
    assert ticket.messages.filter(body="Time").exists() == is_touched
    assert not closed.messages.filter(body="Time").exists()


def test_a_rule_looks_ahead_to_what_falls_due_and_back_to_what_was_solved(
    file: File, agent: User, now: datetime
) -> None:
    due = file(at=now)  # an answer within four hours
    solved = tickets.solve(ticket=file(at=now), by=agent, now=now)
    ahead = on(rule_of(("note", "Soon"), trigger="before_due", hours=1), now)
    closes = on(rule_of(("close", ""), trigger="since_solved", hours=48), now)
    assert not tickets.fire_next(rule=ahead, now=now + timedelta(hours=2))
    assert tickets.fire_next(rule=ahead, now=now + timedelta(hours=3, minutes=1))
    assert not tickets.fire_next(rule=closes, now=now + timedelta(hours=47))
    assert tickets.fire_next(rule=closes, now=now + timedelta(hours=49))
    solved.refresh_from_db()
    assert (solved.state, due.messages.filter(body="Soon").count()) == ("closed", 1)


def test_the_clock_applies_rules_about_time_that_are_on(file: File, now: datetime) -> None:
    """By the real clock, for which the fixed moment is long ago."""
    for _ in range(3):
        file()
    off = rule_of(("note", "Off"), trigger="since_filed", hours=1)
    on(rule_of(("note", "On"), trigger="since_filed", hours=1), now)
    assert apply_rules() == 3
    assert apply_rules() == 0
    assert not off.firings.exists()


# --- Looked at before -------------------------------------------------------------------------------------------------


def test_the_preview_tells_what_it_would_have_touched_and_changes_nothing(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    solved = tickets.solve(ticket=file(subject="Refund one"), by=agent, now=now)
    fresh, quiet = file(subject="Refund two"), file(subject="Refund three")
    file(subject="Signals")
    for ticket in (solved, fresh):
        tickets.reply(ticket=ticket, body="Hello?", by=customer, now=now)
    tickets.solve(ticket=solved, by=agent, now=now)
    when = [("subject", "contains", "refund"), ("state", "is", "new,open")]
    written = rule_of(("close", ""), when=when, trigger="ticket.customer_replied").versions.get().written
    found = preview(written, last=100, now=now)
    assert (found.looked_at, found.at_most, found.as_now, found.at_once) == (4, 2, 1, 0)
    assert found.lines == [(fresh, True), (solved, False)]
    assert preview(written, last=2, now=now).looked_at == 2
    by_time = rule_of(("close", ""), when=when, trigger="since_filed", hours=1).versions.get().written
    assert preview(by_time, last=1, now=now + timedelta(hours=2)).at_once == 2
    assert not Firing.objects.exists()
    quiet.refresh_from_db()
    assert quiet.state == "new"


def test_every_trigger_is_heard_or_counted() -> None:
    from portal.events.listeners import reactions
    from tickets.states.rules import COUNTS_FROM

    heard = {name for name, found in reactions().items() if "tickets.receivers.apply_rules_about_it" in found}
    assert heard | set(COUNTS_FROM) == set(Trigger.values)


# --- Many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_workers_apply_a_rule_once_to_each_of_many_tickets(now: datetime) -> None:
    filed = [TicketFactory(filed_at=now - timedelta(hours=2)) for _ in range(24)]
    by_time = on(rule_of(("note", "Time"), trigger="since_filed", hours=1), now)
    by_news = on(rule_of(("note", "News"), trigger="ticket.filed"), now)
    starts = Barrier(4)

    def work(_number: int) -> int:
        try:
            starts.wait(30)
            count = sum(tickets.apply_rules(ticket=one, event="ticket.filed", happened_at=now) for one in filed)
            while tickets.fire_next(rule=by_time, now=now):
                count += 1
            return count
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        applied = sum(pool.map(work, range(4)))
    while tickets.fire_next(rule=by_time, now=now):  # what another held just then waits for the next look
        applied += 1
    assert applied == Firing.objects.count() == 48
    for rule, words in ((by_time, "Time"), (by_news, "News")):
        assert rule.firings.values("ticket").distinct().count() == 24
        assert Message.objects.filter(body=words).count() == 24
