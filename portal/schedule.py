"""What the clock starts. Beat copies these entries into its table, where staff may pause or retime them."""

from datetime import timedelta
from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "events.deliver": {"task": "events.deliver", "schedule": timedelta(seconds=30)},
    "outbox.send": {"task": "outbox.send", "schedule": timedelta(seconds=30)},
    "tickets.watch_promises": {"task": "tickets.watch_promises", "schedule": timedelta(seconds=15)},
}
