"""The arithmetic of promises: which target binds, and a clock that stops, goes on and changes its target.

Plain values in, plain values out: the rows live in `tickets`. The calendar is 24/7; a business calendar replaces the
two places that turn a length into a moment (`Clock.due_at`, `Clock.used`).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NOTHING = timedelta(0)


@dataclass(frozen=True)
class Target:
    """How soon, and which policy says so: dimension "tier", "channel" or "priority", and its value."""

    dimension: str
    value: str
    length: timedelta


def tighter(*targets: Target | None) -> Target | None:
    """The shortest of those that exist; of equals the first. None when none exists."""
    found = [target for target in targets if target is not None]
    return min(found, key=lambda target: target.length) if found else None


def binding_target(
    *, tier: Target | None, channel: Target | None, priority: Target | None, channel_competes: bool
) -> Target | None:
    """Which target binds a first response.

    The tier's; where the channel competes (chat, phone, social …) the tighter of both; without a tier the channel's.
    A target of the priority (Critical) caps whatever that gives.
    """
    if tier is None:
        base = channel
    elif channel_competes:
        base = tighter(tier, channel)
    else:
        base = tier
    return tighter(base, priority)


@dataclass(frozen=True)
class Clock:
    """The time of one promise: its target, what of it is used up, and since when it runs (None: it stands)."""

    target: timedelta
    consumed: timedelta = NOTHING
    running_since: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.running_since is not None

    @property
    def due_at(self) -> datetime | None:
        """When the promise is missed if the clock keeps running; None while it stands."""
        return None if self.running_since is None else self.running_since + self.target - self.consumed

    def reached_at(self, share: float) -> datetime | None:
        """When that share of the target is used up; None while the clock stands."""
        return None if self.running_since is None else self.running_since + self.target * share - self.consumed

    def used(self, now: datetime) -> timedelta:
        """How much of the promise is used up at that moment."""
        if self.running_since is None:
            return self.consumed
        return self.consumed + max(now - self.running_since, NOTHING)

    def left(self, now: datetime) -> timedelta:
        """What is left of the promise; negative once it is missed."""
        return self.target - self.used(now)

    def started(self, now: datetime) -> "Clock":
        """Runs from that moment on. A running clock is left alone."""
        return self if self.is_running else replace(self, running_since=now)

    def stopped(self, now: datetime) -> "Clock":
        """Stands, and keeps what was used. A standing clock is left alone."""
        return replace(self, consumed=self.used(now), running_since=None)

    def retargeted(self, target: timedelta) -> "Clock":
        """Another target; what was used stays used."""
        return replace(self, target=target)
