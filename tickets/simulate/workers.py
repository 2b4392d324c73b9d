"""The machines of the play: sweeps on the quarter of a minute, deliveries, outages; now and then a worker dies in the
middle of something, or two take the same news."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import Max, Min

from portal.events.actions import deliver_next
from portal.events.listeners import listener_named
from portal.events.models import Delivery, Event
from portal.events.states import DeliveryState
from portal.lib.invariants import must
from tickets import actions as tickets
from tickets.models import Timer
from tickets.simulate.desk import Desk

EVERY = 15


class _Died(Exception):
    """What a worker did is undone, as the database does when one dies."""


@dataclass(frozen=True)
class Sweep:
    """A look at all clocks that are due. `after` is the last event before it; not `whole`: its worker died."""

    after: int
    at: datetime
    whole: bool


@dataclass
class Workers:
    """What runs without people. `away_until` is the end of an outage."""

    luck: Random
    now: datetime
    desk: Desk
    sweeps: list[Sweep] = field(default_factory=list)
    deliveries: int = 0
    twice: int = 0
    deaths: int = 0
    outages: int = 0
    away_until: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def work_until(self, moment: datetime) -> None:
        """All sweeps that find something up to that moment, and most of the deliveries."""
        if self.luck.random() < 0.008:
            self.outages += 1
            self.away_until = moment + timedelta(minutes=self.luck.randrange(5, 400))
        while (due := Timer.objects.aggregate(due=Min("next_at"))["due"]) is not None:
            at = _grid(max(due, self.now, self.away_until))
            if at > moment:
                break
            self.now = at
            self._sweep(at)
        if moment >= self.away_until:
            self.now = max(self.now, moment)
            if self.luck.random() < 0.7:
                self.deliver(moment)
                self.hand_out(moment)

    def deliver(self, at: datetime) -> None:
        """All news that is due; workers die in the middle, and some news is taken twice."""
        while True:
            dies = self.luck.random() < 0.02
            if not self._undone_if(dies, lambda: deliver_next(now=at)):
                if not dies:
                    return
                continue
            self.deliveries += 1
            self.desk.check_given()
            if self.luck.random() < 0.05:
                self._again()

    def hand_out(self, at: datetime) -> None:
        """What the clock gives to who is free, if no news did; a worker that dies leaves it to the next."""
        if self._undone_if(self.luck.random() < 0.05, lambda: tickets.assign_waiting(now=at) >= 0):
            self.desk.check_given()
            self.desk.check_waiting(at)

    def _sweep(self, at: datetime) -> None:
        after = Event.objects.aggregate(last=Max("pk"))["last"] or 0
        dies_after = self.luck.randrange(3) if self.luck.random() < 0.05 else None
        taken = 0
        while True:
            dies = taken == dies_after
            if not self._undone_if(dies, lambda: tickets.watch_next_promise(now=at)):
                break
            taken += 1
        self.sweeps.append(Sweep(after, at, whole=dies_after is None or taken < dies_after))
        must(bool(taken or dies_after is not None), f"a clock that is due at {at} is not looked at")
        if dies_after is not None:
            self.now = at + timedelta(seconds=1)

    def _undone_if(self, dies: bool, work: Callable[[], bool]) -> bool:
        if not dies:
            return work()
        self.deaths += 1
        try:
            with transaction.atomic():
                work()
                raise _Died
        except _Died:
            return False

    def _again(self) -> None:
        """The lease of a worker that slept ran out: another one ran the same."""
        done = Delivery.objects.filter(state=DeliveryState.DONE).select_related("event").order_by("-pk")[:3]
        delivery = self.luck.choice([None, *done])
        listener = listener_named(delivery.event.name, delivery.listener) if delivery else None
        if delivery is not None and listener is not None:
            self.twice += 1
            with transaction.atomic():
                listener.receiver(delivery.event)


def _grid(moment: datetime) -> datetime:
    """The next moment at which the clock starts a sweep."""
    seconds = -(-moment.timestamp() // EVERY) * EVERY
    return datetime.fromtimestamp(seconds, UTC)
