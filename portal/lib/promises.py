"""The arithmetic of promises: which target binds, and a clock that stops, goes on and changes its target.

Plain values in, plain values out: the rows live in `tickets`. A clock counts whole seconds, and only those in which its
calendar is open.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from portal.lib.business_time import ALWAYS_OPEN, Calendar, add, elapsed


@dataclass(frozen=True)
class Target:
    """How soon, and which policy says so: dimension "tier", "channel" or "priority", and its value."""

    dimension: str
    value: str
    length: timedelta
    calendar: Calendar = ALWAYS_OPEN

    def due_at(self, since: datetime) -> datetime:
        """When it is missed if its clock runs from that moment on."""
        return add(self.calendar, since, in_seconds(self.length))


def tighter(*targets: Target | None, since: datetime) -> Target | None:
    """Which of those that exist falls due first, counted from that moment; of equals the first. None when none exists.

    Lengths alone do not tell: four hours of a desk that opens on Monday are later than a day around the clock.
    """
    found = [target for target in targets if target is not None]
    return min(found, key=lambda target: target.due_at(since)) if found else None


def binding_response(
    *, tier: Target | None, channel: Target | None, priority: Target | None, channel_competes: bool, since: datetime
) -> Target | None:
    """Which target binds an answer.

    The tier's; where the channel competes (chat, phone, social …) the tighter of both; without a tier the channel's.
    A target of the priority (Critical) caps whatever that gives.
    """
    if tier is None:
        base = channel
    elif channel_competes:
        base = tighter(tier, channel, since=since)
    else:
        base = tier
    return tighter(base, priority, since=since)


def in_seconds(length: timedelta) -> int:
    """The whole seconds of a length, as clocks count them."""
    return length // timedelta(seconds=1)


@dataclass(frozen=True)
class Clock:
    """The time of one promise: its target, what of it is used up, and since when it runs (None: it stands).

    Lengths are open seconds of the calendar. What was used stays used, whatever changes: pauses, targets, calendars.
    """

    target_s: int
    consumed_s: int = 0
    running_since: datetime | None = None
    calendar: Calendar = ALWAYS_OPEN

    @property
    def is_running(self) -> bool:
        return self.running_since is not None

    @property
    def due_at(self) -> datetime | None:
        """When the promise is missed if the clock keeps running; None while it stands.

        With more used up than the target allows, a moment before the clock ran on. Raises NeverOpens when the calendar
        does not open long enough.
        """
        return self._moment_of(self.target_s)

    def reached_at(self, share: float | Fraction) -> datetime | None:
        """When that share of the target, rounded up to a second, is used up; None while the clock stands."""
        return self._moment_of(ceil(self.target_s * Fraction(str(share))))

    def used(self, at: datetime) -> int:
        """How much of the promise is used up at that moment; `used(due_at)` is the target."""
        if self.running_since is None:
            return self.consumed_s
        return self.consumed_s + max(elapsed(self.calendar, self.running_since, at), 0)

    def left(self, at: datetime) -> int:
        """What is left of the promise; negative once it is missed."""
        return self.target_s - self.used(at)

    def started(self, at: datetime) -> "Clock":
        """Runs from that moment on. A running clock is left alone."""
        return self if self.is_running else replace(self, running_since=at)

    def stopped(self, at: datetime) -> "Clock":
        """Stands, and keeps what was used. A standing clock is left alone."""
        return replace(self, consumed_s=self.used(at), running_since=None)

    def retargeted(self, at: datetime, *, target_s: int | None = None, calendar: Calendar | None = None) -> "Clock":
        """Another target, another calendar from that moment on, or both; what was used stays used."""
        target = self.target_s if target_s is None else target_s
        if calendar is None or calendar == self.calendar:
            return replace(self, target_s=target)
        running_since = at if self.is_running else None
        return Clock(target, self.used(at), running_since, calendar)

    def _moment_of(self, seconds: int) -> datetime | None:
        """When so much of the promise is used up."""
        if self.running_since is None:
            return None
        return add(self.calendar, self.running_since, seconds - self.consumed_s)
