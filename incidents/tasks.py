from celery import shared_task

from incidents.actions import keep_maintenance_times
from incidents.feeds.publishing import publish


@shared_task(name="incidents.publish")
def publish_status_page() -> int | None:
    """Each minute: writes down what the clock began or ended, then publishes, which also proves the page is fresh."""
    keep_maintenance_times()
    return publish()
