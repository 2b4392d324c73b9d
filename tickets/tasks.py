import time

from celery import shared_task

from portal.lib.clock import moment
from portal.lib.long_work import turn
from tickets.actions import (
    ask_for_rating,
    assign_waiting,
    check_file,
    claim_file,
    claim_import,
    classify_missing,
    fire_next,
    forget_filings,
    is_training_due,
    leave_next,
    sweep_import,
    sweep_next_upload,
    train,
    wake_next,
    watch_next_promise,
    work_import,
)
from tickets.actions import replay_promises as replay
from tickets.models import Classifier, DeskImport, Rule

BATCH = 500
BATCHES = 10
TRAINS_FOR_S = 30  # then no further training begins: the next look goes on


@shared_task(name="tickets.watch_promises")
def watch_promises() -> int:
    """Warns of promises that are about to be missed and records those that were; answers how many it looked at."""
    seen = 0
    while seen < BATCH and watch_next_promise():
        seen += 1
    return seen


@shared_task(name="tickets.let_replies_leave")
def let_replies_leave() -> int:
    """Lets answers leave that can no longer be taken back; answers how many it took up."""
    taken = 0
    while taken < BATCH and leave_next():
        taken += 1
    return taken


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


@shared_task(name="tickets.tend_classifiers", soft_time_limit=1500, time_limit=1560)
def tend_classifiers() -> int:
    """Trains what is due to learn anew, then reads what came in before there was anything to read it with; answers how
    many were trained."""
    begun, trained = time.monotonic(), 0
    with turn() as is_mine:
        for one in Classifier.objects.filter(is_active=True) if is_mine else []:
            if time.monotonic() - begun < TRAINS_FOR_S and is_training_due(classifier=one):
                trained += train(classifier=one) is not None
        if trained:
            classify_missing()
    return trained


@shared_task(name="tickets.apply_rules")
def apply_rules() -> int:
    """Applies rules about time to the tickets whose time has come; answers to how many. A rule with many to touch goes
    on at the next look, so that none keeps the others waiting."""
    count = 0
    for rule in Rule.objects.active().about_time():
        done = 0
        while done < BATCH and fire_next(rule=rule):
            done += 1
        count += done
    return count


@shared_task(name="tickets.run_imports", soft_time_limit=3300, time_limit=3360)
def run_imports() -> int:
    """Looks at files of another desk that were handed in, and brings in what was confirmed; answers how many."""
    worked = 0
    while sweep_import():
        pass
    if not DeskImport.objects.due(moment(None)).exists():
        return worked
    with turn() as is_mine:
        while is_mine and (claimed := claim_import()):
            work_import(claimed=claimed)
            worked += 1
    return worked
