from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.promises import Clock, Target, binding_target, tighter

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TIER = Target("tier", "elite", timedelta(hours=4))
CHAT = Target("channel", "chat", timedelta(minutes=2))
COMMUNITY = Target("channel", "community", timedelta(hours=8))
CRITICAL = Target("priority", "critical", timedelta(minutes=15))

lengths = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=7))
pauses = st.timedeltas(timedelta(0), timedelta(days=2))
steps = st.lists(st.tuples(st.sampled_from(["stop", "go on", "retarget", "nothing"]), pauses, lengths), max_size=12)


def play(clock: Clock, moves: list[tuple[str, timedelta, timedelta]]) -> tuple[Clock, timedelta, datetime]:
    """Plays moves one after the other; answers the clock, the time that ran, and the last moment."""
    now, ran = START, timedelta(0)
    for move, pause, target in moves:
        if clock.is_running:
            ran += pause
        now += pause
        if move == "stop":
            clock = clock.stopped(now)
        elif move == "go on":
            clock = clock.started(now)
        elif move == "retarget":
            clock = clock.retargeted(target)
    return clock, ran, now


@given(lengths, steps)
def test_what_is_used_is_the_time_the_clock_ran_whatever_happened_to_it(
    target: timedelta, moves: list[tuple[str, timedelta, timedelta]]
) -> None:
    clock, ran, now = play(Clock(target, running_since=START), moves)
    assert clock.used(now) == ran
    assert clock.left(now) == clock.target - ran


@given(lengths, steps)
def test_a_running_clock_is_due_when_just_its_target_is_used_up(
    target: timedelta, moves: list[tuple[str, timedelta, timedelta]]
) -> None:
    clock, ran, now = play(Clock(target, running_since=START), moves)
    if not clock.is_running:
        assert clock.due_at is None
        return
    assert clock.due_at == now + clock.target - ran
    if clock.due_at >= now:
        assert clock.used(clock.due_at) == clock.target


@given(lengths, lengths, lengths)
def test_a_pause_moves_the_deadline_by_its_own_length(target: timedelta, before: timedelta, pause: timedelta) -> None:
    clock = Clock(target, running_since=START)
    again = clock.stopped(START + before).started(START + before + pause)
    assert again.due_at == START + target + pause


@given(lengths, lengths, lengths)
def test_another_target_keeps_what_was_used(target: timedelta, other: timedelta, before: timedelta) -> None:
    clock = Clock(target, running_since=START).retargeted(other)
    assert clock.due_at == START + other
    assert clock.used(START + before) == before


def test_stopping_twice_and_starting_twice_change_nothing() -> None:
    clock = Clock(timedelta(hours=4), running_since=START).stopped(START + timedelta(hours=1))
    assert clock.stopped(START + timedelta(hours=3)) == clock
    running = clock.started(START + timedelta(hours=5))
    assert running.started(START + timedelta(hours=6)) == running


def test_a_share_of_the_target_is_reached_with_the_time_used_before_counted() -> None:
    clock = Clock(timedelta(hours=4), consumed=timedelta(hours=2), running_since=START)
    assert clock.reached_at(0.75) == START + timedelta(hours=1)
    assert clock.stopped(START).reached_at(0.75) is None


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
    assert binding_target(**given_targets) == expected


def test_of_equal_targets_the_first_is_named() -> None:
    same = Target("channel", "web", TIER.length)
    assert tighter(None, TIER, same) is TIER
