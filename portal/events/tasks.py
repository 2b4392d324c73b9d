from celery import shared_task

from portal.events.actions import deliver_next

BATCH = 500


@shared_task(name="events.deliver")
def deliver() -> int:
    """Runs due deliveries until none is left (or a batch is full); also the sweep that finds lost wake-ups."""
    done = 0
    while done < BATCH and deliver_next():
        done += 1
    return done
