from typing import Any

from django.db.models import F

from tickets.states import Sorting

# What a list may be sorted by; each but the first is an index whatever is looked for.
ORDERS: dict[str, tuple[Any, ...]] = {
    Sorting.DUE: (F("due_at").asc(nulls_last=True), "last_activity_at", "pk"),
    Sorting.NEWEST: ("-last_activity_at", "-pk"),
    Sorting.OLDEST: ("last_activity_at", "pk"),
    Sorting.FILED: ("-pk",),
}
