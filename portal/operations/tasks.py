from celery import shared_task

from portal.lib.clock import moment
from portal.operations.actions import forget_readings, keep_reading
from portal.operations.probes import all_probes


@shared_task(name="operations.run_probes")
def run_probes() -> int:
    """Each minute: keeps what every probe finds, for the health check. Answers how many failed."""
    at = moment(None)
    kept = [keep_reading(name=name, now=at) for name in all_probes()]
    forget_readings(now=at)
    return sum(not reading.is_ok for reading in kept)
