from celery import shared_task

from incidents.actions import keep_maintenance_times
from incidents.feeds import publishing


@shared_task(name="incidents.publish")
def publish() -> int | None:
    """Each minute: writes down what the clock began or ended, then publishes, which also proves the page is fresh: a
    fault in the first is told of, and the page goes out all the same."""
    try:
        keep_maintenance_times()
    finally:
        version = publishing.publish()
    return version
