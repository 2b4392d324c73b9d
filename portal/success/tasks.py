from celery import shared_task

from portal.success import actions

BATCHES = 50


@shared_task(name="success.count_health")
def count_health() -> int:
    """Counts how customers fare, those that were not looked at for longest; answers of how many."""
    counted = 0
    for _number in range(BATCHES):
        found = actions.count_health()
        counted += found
        if not found:
            break
    return counted
