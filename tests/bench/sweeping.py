"""The look at running promises in a large table: how long it takes when nothing is due, and whether four worker
processes take what is due at once exactly once each."""

import multiprocessing
import os
import statistics
import sys
import time
from collections import Counter
from datetime import datetime, timedelta

import django

AT_ONCE, WORKERS, LOOKS = 10_000, 4, 200
REACH_MS = 50


def main() -> None:
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # the generator of requests had one core
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from tickets.models import Ladder, Timer

    now = timezone.now()
    running = Timer.objects.filter(next_at__isnull=False).count()
    waits = sorted(_nothing_due(now) for _look in range(LOOKS))
    print(f"{running:,} running promises, nothing due: {_told(waits)} (reach {REACH_MS} ms)")
    due = list(Timer.objects.filter(next_at__gt=now, missed_at=None).order_by("pk").values_list("pk", flat=True))
    due = due[:: max(len(due) // AT_ONCE, 1)][:AT_ONCE]
    ladder = Ladder.objects.order_by("pk")[0]
    percents = list(ladder.steps.order_by("at_percent").values_list("at_percent", flat=True))
    Timer.objects.filter(pk__in=due).update(next_at=now, ladder=ladder, percents=percents)
    connection.close()
    begun = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        taken = pool.map(_work, [now] * WORKERS, chunksize=1)
    took = time.perf_counter() - begun
    print(f"{len(due):,} due at once taken by {WORKERS} processes in {took:.0f} s: {' + '.join(map(str, taken))}")
    _check(due, taken, now)
    print("each once")
    _undo(due, now)


def _told(waits: list[float]) -> str:
    return f"median {statistics.median(waits):.1f} ms, p99 {waits[len(waits) * 99 // 100]:.1f} ms"


def _nothing_due(now: datetime) -> float:
    from tickets.actions import watch_next_promise

    begun = time.perf_counter()
    if watch_next_promise(now=now):
        sys.exit("Something is due that should not be.")
    return (time.perf_counter() - begun) * 1000


def _work(now: datetime) -> int:
    """One worker process, until nothing is left; what another holds just now is looked at again by that one."""
    django.setup()
    from tickets.actions import watch_next_promise

    seen = 0
    while watch_next_promise(now=now):
        seen += 1
    return seen


def _check(due: list[int], taken: list[int], now: datetime) -> None:
    from portal.events.models import Event
    from tickets.models import Escalation, Timer

    if sum(taken) != len(due):
        sys.exit(f"{sum(taken)} were taken of {len(due)}.")
    missed = Event.objects.named("ticket.promise_missed").filter(happened_at__gte=now - timedelta(seconds=1))
    told = Counter(event.details["timer"] for event in missed)
    if told != Counter(due):
        sys.exit(f"{len(told)} promises were told as missed {sum(told.values())} times, {len(due)} are.")
    steps = Counter(Escalation.objects.filter(timer__in=due).values_list("timer", "at_percent"))
    if steps and max(steps.values()) > 1:
        sys.exit("A step was taken twice.")
    if Timer.objects.filter(pk__in=due, missed_at=None).exists():
        sys.exit("Some are not marked as missed.")


def _undo(due: list[int], now: datetime) -> None:
    """So that the next run finds as many running promises as this one did."""
    from portal.events.models import Event
    from tickets.models import Escalation, Timer

    Escalation.objects.filter(timer__in=due).delete()
    Event.objects.filter(happened_at=now).delete()
    quiet = now + timedelta(days=365)
    Timer.objects.filter(pk__in=due).update(next_at=quiet, missed_at=None, escalated_to=0)


if __name__ == "__main__":
    main()
