from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.business_time import ALWAYS_OPEN, Calendar, add, elapsed
from portal.lib.promises import Clock, Target, binding_response, in_seconds, tighter

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
HOUR = 3600
OFFICE = Calendar.of("Europe/Berlin", {day: ["09:00-12:00", "13:00-17:00"] for day in range(5)})
NIGHT = Calendar.of("America/New_York", {day: ["20:00-24:00"] for day in range(7)})
TIER = Target("tier", "elite", timedelta(hours=4))
CHAT = Target("channel", "chat", timedelta(minutes=2))
COMMUNITY = Target("channel", "community", timedelta(hours=8))
CRITICAL = Target("priority", "critical", timedelta(minutes=15))

lengths = st.integers(1, 7 * 86_400)
pauses = st.timedeltas(timedelta(0), timedelta(days=2))
calendars = st.sampled_from([ALWAYS_OPEN, OFFICE, NIGHT])
moves = st.sampled_from(["stop", "go on", "retarget", "another calendar", "nothing"])
steps = st.lists(st.tuples(moves, pauses, lengths, calendars), max_size=12)
Steps = list[tuple[str, timedelta, int, Calendar]]


def play(clock: Clock, moves: Steps) -> tuple[Clock, int, datetime]:
    """Plays moves one after the other; answers the clock, the open seconds that ran, and the last moment."""
    now, ran = START, 0
    for move, pause, target, calendar in moves:
        if clock.is_running:
            ran += elapsed(clock.calendar, now, now + pause)
        now += pause
        if move == "stop":
            clock = clock.stopped(now)
        elif move == "go on":
            clock = clock.started(now)
        elif move == "retarget":
            clock = clock.retargeted(now, target_s=target)
        elif move == "another calendar":
            clock = clock.retargeted(now, calendar=calendar)
    return clock, ran, now


@given(lengths, calendars, steps)
def test_what_is_used_is_the_open_time_the_clock_ran_whatever_happened_to_it(
    target: int, calendar: Calendar, moves: Steps
) -> None:
    clock, ran, now = play(Clock(target, running_since=START, calendar=calendar), moves)
    assert clock.used(now) == ran
    assert clock.left(now) == clock.target_s - ran


@given(lengths, calendars, steps)
def test_a_running_clock_is_due_when_just_its_target_is_used_up(target: int, calendar: Calendar, moves: Steps) -> None:
    clock, ran, now = play(Clock(target, running_since=START, calendar=calendar), moves)
    if not clock.is_running:
        assert clock.due_at is None
        return
    assert clock.due_at is not None
    assert elapsed(clock.calendar, now, clock.due_at) == clock.target_s - ran
    if ran < clock.target_s:
        assert clock.due_at == add(clock.calendar, now, clock.target_s - ran)
        assert clock.used(clock.due_at) == clock.target_s
        assert clock.used(clock.due_at - timedelta(microseconds=1)) < clock.target_s


@given(lengths, lengths, lengths)
def test_a_pause_moves_the_deadline_by_its_own_length(target: int, before: int, pause: int) -> None:
    clock = Clock(target, running_since=START)
    stopped_at = START + timedelta(seconds=before)
    again = clock.stopped(stopped_at).started(stopped_at + timedelta(seconds=pause))
    assert again.due_at == START + timedelta(seconds=target + pause)


@given(lengths, lengths, lengths)
def test_another_target_keeps_what_was_used(target: int, other: int, before: int) -> None:
    at = START + timedelta(seconds=before)
    clock = Clock(target, running_since=START).retargeted(at, target_s=other)
    assert clock.due_at == START + timedelta(seconds=other)
    assert clock.used(at) == before


def test_another_calendar_keeps_what_was_used_and_counts_from_then_on() -> None:
    five = datetime(2026, 3, 10, 16, tzinfo=UTC)  # 17:00 in Berlin
    clock = Clock(8 * HOUR, running_since=START, calendar=OFFICE)  # since half past ten
    moved = clock.retargeted(five, calendar=ALWAYS_OPEN)
    assert clock.used(five) == moved.used(five) == 5.5 * HOUR
    assert moved.due_at == five + timedelta(hours=2.5)
    standing = clock.stopped(five).retargeted(five, target_s=6 * HOUR, calendar=ALWAYS_OPEN)
    assert (standing.is_running, standing.consumed_s, standing.due_at) == (False, 5.5 * HOUR, None)


def test_a_pause_outside_the_hours_costs_and_gives_nothing() -> None:
    clock = Clock(8 * HOUR, running_since=START, calendar=OFFICE)
    evening, night = datetime(2026, 3, 10, 18, tzinfo=UTC), datetime(2026, 3, 11, 3, tzinfo=UTC)
    assert clock.stopped(evening).started(night).due_at == clock.due_at == datetime(2026, 3, 11, 10, 30, tzinfo=UTC)


def test_stopping_twice_and_starting_twice_change_nothing() -> None:
    clock = Clock(4 * HOUR, running_since=START).stopped(START + timedelta(hours=1))
    assert clock.stopped(START + timedelta(hours=3)) == clock
    running = clock.started(START + timedelta(hours=5))
    assert running.started(START + timedelta(hours=6)) == running


def test_a_share_of_the_target_is_reached_with_the_time_used_before_counted() -> None:
    clock = Clock(4 * HOUR, consumed_s=2 * HOUR, running_since=START)
    assert clock.reached_at(0.75) == START + timedelta(hours=1)
    assert clock.stopped(START).reached_at(0.75) is None
    assert Clock(30, running_since=START).reached_at(0.1) == START + timedelta(seconds=3)
    assert Clock(18, running_since=START).reached_at(0.75) == START + timedelta(seconds=14)


def test_a_clock_counts_whole_seconds() -> None:
    late_in_the_second = START + timedelta(microseconds=999_999)
    clock = Clock(60, running_since=late_in_the_second)
    assert clock.due_at == START + timedelta(minutes=1)
    assert clock.used(START + timedelta(seconds=1)) == 1
    assert in_seconds(timedelta(seconds=2, microseconds=999_999)) == 2


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (
            {"tier": TIER, "channel": Target("channel", "web", timedelta(hours=1))},
            TIER,
        ),  # web: the tier's, though laxer
        ({"tier": TIER, "channel": CHAT, "channel_competes": True}, CHAT),
        ({"tier": TIER, "channel": COMMUNITY, "channel_competes": True}, TIER),
        ({"channel": COMMUNITY}, COMMUNITY),  # a guest
        ({"tier": TIER, "priority": CRITICAL}, CRITICAL),
        ({"tier": TIER, "channel": CHAT, "channel_competes": True, "priority": CRITICAL}, CHAT),
        ({"priority": CRITICAL}, CRITICAL),
        ({}, None),
    ],
)
def test_which_target_binds(targets: dict, expected: Target | None) -> None:
    given_targets = {"tier": None, "channel": None, "priority": None, "channel_competes": False, **targets}
    assert binding_response(**given_targets, since=START) == expected


def test_of_equal_targets_the_first_is_named() -> None:
    same = Target("channel", "web", TIER.length)
    assert tighter(None, TIER, same, since=START) is TIER
