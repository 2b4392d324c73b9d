"""The figures of reports, counted anew from the rows by plain loops."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tickets.models import Message, Survey, Ticket, Timer
from tickets.querysets import reports
from tickets.querysets.reports import Period, counted
from tickets.states import ACTIVE


def percentile(values: Iterable[float], part: float) -> float:
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def fits(ticket: Ticket, period: Period) -> bool:
    tier = ticket.organization.entitlement.tier if ticket.organization else None
    pairs = [(period.tier, tier), (period.channel, ticket.channel), (period.priority, ticket.priority),
             (period.team, ticket.level), (period.agent, ticket.assignee_id)]  # fmt: skip
    return all(wanted is None or wanted == found for wanted, found in pairs)


def is_in(at: datetime | None, period: Period) -> bool:
    return at is not None and period.begins <= at < period.ends


def check_promises(period: Period) -> int:
    rows = [one for one in Timer.objects.select_related("ticket__organization__tier") if fits(one.ticket, period)]
    told = counted(reports.PROMISES, period)
    whole = {one["metric"]: one for one in told if one["kind"] == 0b111}
    for metric in {one.metric for one in rows}:
        mine = [one for one in rows if one.metric == metric]
        given = [one for one in mine if is_in(one.met_at, period)]
        kept = [one for one in given if one.missed_at is None]
        missed = [one for one in mine if is_in(one.missed_at, period)]
        found = whole.get(metric, {"kept": 0, "missed": 0, "given": 0})
        assert (found["kept"], found["missed"], found["given"]) == (len(kept), len(missed), len(given)), metric
        if given:
            wall = [(one.met_at - one.started_at).total_seconds() for one in given]
            used = [one.consumed_for.total_seconds() for one in given]
            for place, part in enumerate((0.5, 0.9)):
                assert found["wall"][place] == pytest.approx(percentile(wall, part))
                assert found["business"][place] == pytest.approx(percentile(used, part))
        for kind in (0b011, 0b101, 0b110):
            groups = [one for one in told if one["kind"] == kind and one["metric"] == metric]
            assert sum(one["kept"] for one in groups) == len(kept), "each promise is in one group"
    return sum(one["given"] for one in whole.values())


def check_first_contact(period: Period) -> int:
    solved = at_once = 0
    for ticket in Ticket.objects.select_related("organization__tier"):
        ends = [one.met_at for one in ticket.timers.filter(metric="resolution") if one.met_at]
        if not ends or not is_in(min(ends), period) or not fits(ticket, period):
            continue
        written = [one for one in Message.objects.filter(kind="reply").select_related("ticket", "merged_from")
                   if one.home == ticket]  # fmt: skip
        heard = sum(not one.is_from_staff for one in written) - 1
        said = sum(one.is_from_staff and one.author_id is not None for one in written)
        again = ticket.timers.filter(metric="resolution", cycle__gt=1).exists()
        solved += 1
        at_once += heard <= 0 and said <= 1 and not again
    told = counted(reports.FIRST_CONTACT, period)[0]
    assert (told["solved"], told["at_once"]) == (solved, at_once)
    return solved


def check_reports(begins: datetime) -> int:
    """Holds what reports tell of thirty days, of a part of them and of some of the tickets against a recount; answers
    how many promises were given an answer in all."""
    whole = Period(begins, begins + timedelta(days=30), "Europe/Berlin")
    part = replace(whole, begins=begins + timedelta(hours=20, minutes=7), ends=begins + timedelta(hours=61, seconds=11))
    some = Ticket.objects.exclude(assignee=None).first()
    assert some is not None
    narrow = [replace(whole, agent=some.assignee_id), replace(whole, priority=some.priority), replace(part, team="l1")]
    given = 0
    for period in (whole, part, *narrow):
        given += check_promises(period)
        check_first_contact(period)
        filed = [one for one in Ticket.objects.select_related("organization__tier")
                 if is_in(one.filed_at, period) and fits(one, period)]  # fmt: skip
        volume = [one for one in counted(reports.VOLUME, period) if one["name"] == "ticket.filed"]
        for kind in (0b11111, 0b01111, 0b10111, 0b11011, 0b11101, 0b11110):
            assert sum(one["count"] for one in volume if one["kind"] == kind) == len(filed)
        active = [one for one in Ticket.objects.filter(state__in=ACTIVE) if fits(one, period)]
        assert sum(one["count"] for one in counted(reports.BACKLOG, period, now=whole.ends)) == len(active)
        rated = [one for one in Survey.objects.select_related("ticket__organization__tier")
                 if is_in(one.answered_at, period) and fits(one.ticket, period)]  # fmt: skip
        ratings = [one for one in counted(reports.RATINGS, period) if one["kind"] == 0b111]
        assert [one["count"] for one in ratings] == [len(rated)]
    return given
