from celery import shared_task

from portal.events.actions import deliver_next
from portal.lib.wake import wake

BATCH = 500


@shared_task(name="events.deliver")
def deliver() -> int:
    """Runs due deliveries until none is left (a full batch asks for the next); also finds lost wake-ups, as a sweep."""
    done = 0
    while done < BATCH and deliver_next():
        done += 1
    if done == BATCH:
        wake("events.deliver")
    return done
