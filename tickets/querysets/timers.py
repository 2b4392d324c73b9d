from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models


@dataclass(frozen=True)
class Shown:
    """A promise on a page: how it stands (`states.standing`), and the seconds used and paused."""

    timer: Any
    standing: str
    used_s: int
    paused_s: int


def _shown(timer: Any, now: datetime) -> Shown:
    return Shown(timer, timer.standing(now), timer.clock.used(now), int(timer.paused(now).total_seconds()))


class TimerQuerySet(models.QuerySet):
    def owed(self) -> "TimerQuerySet":
        return self.filter(met_at=None, dropped_at=None)

    def of_the_page(self, now: datetime) -> list[Shown]:
        """The promises that a page about the ticket shows: all that are owed, what is due first on top; when none is,
        the one that ended last."""
        found: list[Any] = list(self.order_by("pk"))
        owed = sorted((one for one in found if one.is_owed), key=lambda one: (one.due_at is None, one.due_at or now))
        ended = max(found, key=lambda one: (one.met_at or one.dropped_at or now, one.pk), default=None)
        return [_shown(timer, now) for timer in owed or ([ended] if ended else [])]

    def to_look_at(self, now: datetime) -> "TimerQuerySet":
        """Running clocks that have reached their warning or their end."""
        return self.filter(next_at__lte=now).order_by("next_at", "pk")
