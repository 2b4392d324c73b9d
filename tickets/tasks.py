from celery import shared_task

from tickets.actions import ask_for_rating, watch_next_promise

BATCH = 500


@shared_task(name="tickets.watch_promises")
def watch_promises() -> int:
    """Warns of promises that are about to be missed and records those that were; answers how many it looked at."""
    seen = 0
    while seen < BATCH and watch_next_promise():
        seen += 1
    return seen


@shared_task(name="tickets.ask_for_ratings")
def ask_for_ratings() -> int:
    """Sends the letters that ask for a rating; answers how many surveys it decided about."""
    seen = 0
    while seen < BATCH and ask_for_rating():
        seen += 1
    return seen
