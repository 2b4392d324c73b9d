"""Wake-ups for workers: one attempt with a short limit, whose failure is counted and otherwise ignored.

A message through the broker is only a hint that rows are waiting; a sweep finds them without it. So a dead broker
must neither slow a request nor fail it.
"""

import structlog
from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError
from prometheus_client import Counter

LIMIT_S = 0.1
lost_wake_ups = Counter("portal_lost_wake_ups_total", "Wake-ups that did not reach the broker", ["task"])
log = structlog.get_logger("portal.system")


def wake(task: str) -> None:
    """Asks a worker to run `task` (no arguments) soon. Never raises, takes about 100 ms at most."""
    limits: dict[str, object] = {
        "socket_connect_timeout": LIMIT_S,
        "socket_timeout": LIMIT_S,
        "retry_on_timeout": False,
    }
    try:
        with _connection(limits) as connection:
            current_app.send_task(task, connection=connection, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        lost_wake_ups.labels(task).inc()
        log.warning("wake_up_lost", task=task, reason=type(error).__name__)


def _connection(limits: dict[str, object]) -> Connection:
    return current_app.connection_for_write(connect_timeout=LIMIT_S, transport_options={**limits, "max_retries": 0})
