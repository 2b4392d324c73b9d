from celery import shared_task

from tickets.actions import (
    ask_for_rating,
    assign_waiting,
    check_file,
    claim_file,
    forget_filings,
    sweep_next_upload,
    wake_next,
    watch_next_promise,
)
from tickets.actions import replay_promises as replay

BATCH = 500
BATCHES = 10


@shared_task(name="tickets.watch_promises")
def watch_promises() -> int:
    """Warns of promises that are about to be missed and records those that were; answers how many it looked at."""
    seen = 0
    while seen < BATCH and watch_next_promise():
        seen += 1
    return seen


@shared_task(name="tickets.assign")
def assign() -> int:
    """Hands waiting tickets to agents who are free, if no news did; answers how many."""
    return assign_waiting()


@shared_task(name="tickets.wake_snoozed")
def wake_snoozed() -> int:
    """Brings tickets back into the queue that were put aside until now; answers how many."""
    woken = 0
    while woken < BATCH and wake_next():
        woken += 1
    return woken


@shared_task(name="tickets.replay_promises")
def replay_promises(after: int = 0) -> int:
    """Holds clocks against their events, some thousand tickets at a time, then asks for the next; answers how many
    differences were found among these."""
    found = 0
    for _number in range(BATCHES):
        seen = replay(after=after, most=BATCH)
        found += len(seen.differences)
        if seen.last is None:
            return found
        after = seen.last
    replay_promises.delay(after)
    return found


@shared_task(name="tickets.ask_for_ratings")
def ask_for_ratings() -> int:
    """Sends the letters that ask for a rating; answers how many surveys it decided about."""
    seen = 0
    while seen < BATCH and ask_for_rating():
        seen += 1
    return seen


@shared_task(name="tickets.check_files")
def check_files() -> int:
    """Scans attached files and makes their small pictures; answers how many it looked at."""
    seen = 0
    while seen < BATCH and (claimed := claim_file()):
        check_file(attachment=claimed)
        seen += 1
    return seen


@shared_task(name="tickets.sweep_uploads")
def sweep_uploads() -> int:
    """Deletes uploaded files that nobody sent; answers how many."""
    swept = 0
    while swept < BATCH and sweep_next_upload():
        swept += 1
    return swept


@shared_task(name="tickets.forget_guests")
def forget_guests() -> int:
    """Deletes what guests wrote and never confirmed; answers how many."""
    return forget_filings()
