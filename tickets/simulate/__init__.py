"""The tickets' part in `manage.py simulate`: some weeks of a busy desk, played by the actions from a seed."""

from datetime import UTC, datetime, timedelta
from random import Random

from django.utils import timezone

from portal.events.actions import deliver_next
from portal.lib.invariants import must
from portal.outbox.models import Letter
from tickets.models import Escalation, Ticket, Timer
from tickets.simulate import invariants
from tickets.simulate.acts import Stage
from tickets.simulate.binding import check_binding
from tickets.simulate.cast import assemble
from tickets.simulate.desk import Desk
from tickets.simulate.wire import send_all
from tickets.simulate.workers import Workers

# Around the days on which clocks change in New York, Berlin and Sydney.
BEGINS = [
    datetime(2026, 3, 27, 7, tzinfo=UTC),
    datetime(2026, 10, 23, 7, tzinfo=UTC),
    datetime(2026, 4, 2, 7, tzinfo=UTC),
]
BEGINS_LONG = datetime(2026, 3, 1, 7, tzinfo=UTC)
BETWEEN = timedelta(minutes=30)


def play(*, days: int, seed: int, between: timedelta = BETWEEN) -> dict[str, int]:
    """Plays so many days and answers what happened, as counts. Raises portal.lib.invariants.Broken with the first
    thing that is not as it must be. Wants a database with shipped rows and nobody in it."""
    luck = Random(seed)  # noqa: S311  # dice, no secret
    now = begins = BEGINS_LONG if days > 30 else BEGINS[seed % len(BEGINS)]
    cast = assemble(begins)
    desk = Desk([agent for agent in cast.agents if agent.groups.filter(name__startswith="agent-").exists()], luck)
    desk.open(begins)
    stage, workers = Stage(cast, luck, desk), Workers(luck, begins, desk)
    steps_back = 0
    while now < begins + timedelta(days=days):
        now += _pause(luck, between)
        workers.work_until(now)
        is_back = luck.random() < 0.05  # the clock of this machine is behind
        steps_back += is_back
        known = len(stage.filed)
        stage.act(now - timedelta(seconds=luck.randrange(1, 90)) if is_back else now)
        if len(stage.filed) > known:
            check_binding(Ticket.objects.get(pk=stage.filed[-1].pk))
    workers.away_until = now
    workers.work_until(now + timedelta(days=1))
    _deliver_all(now + timedelta(days=2))
    workers.work_until(now + timedelta(days=2))
    _deliver_all(now + timedelta(days=2))  # what the last looks at the clocks told
    invariants.check(workers.sweeps)
    sent = send_all(luck, max(now, timezone.now()) + timedelta(days=3))
    return _counts(stage, workers) | {"steps back": steps_back, "tries to send": sent}


def _pause(luck: Random, between: timedelta) -> timedelta:
    """Mostly minutes, at times nothing at all."""
    if luck.random() < 0.05:
        return timedelta(0)
    return timedelta(seconds=round(luck.expovariate(1 / between.total_seconds()), 6))


def _deliver_all(at: datetime) -> None:
    """News that failed is due again after hours at most."""
    for _round in range(100_000):
        if not deliver_next(now=at):
            return
    must(False, "the delivery of news does not come to an end")


def _counts(stage: Stage, workers: Workers) -> dict[str, int]:
    return {
        "acts": stage.acts,
        "refused": stage.refused,
        "tickets": Ticket.objects.count(),
        "timers": Timer.objects.count(),
        "missed": Timer.objects.exclude(missed_at=None).count(),
        "escalations": Escalation.objects.count(),
        "letters": Letter.objects.count(),
        "sweeps": len(workers.sweeps),
        "deliveries": workers.deliveries,
        "taken twice": workers.twice,
        "deaths": workers.deaths,
        "outages": workers.outages,
        "handed out": stage.desk.given,
        "looks at the queue": stage.desk.looks,
    }
