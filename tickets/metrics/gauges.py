"""What Prometheus is told of the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric

from portal.operations.metrics import measure
from tickets.querysets import reports
from tickets.querysets.reports import Period, counted

DAY = timedelta(days=1)


@measure("tickets")
def of_the_desk(now: datetime) -> Iterable[Metric]:
    """The backlog now, and the promises of the last 24 hours by metric and tier."""
    period = Period(now - DAY, now)
    backlog = counted(reports.BACKLOG, period, now=now)
    active = sum(one["count"] for one in backlog)
    yield GaugeMetricFamily("portal_tickets_active", "Tickets that are not solved", active)
    overdue = sum(one["overdue"] for one in backlog)
    yield GaugeMetricFamily("portal_tickets_overdue", "Tickets with a promise past its moment", overdue)
    oldest = min((one["oldest"] for one in backlog), default=now)
    age = (now - oldest).total_seconds()
    yield GaugeMetricFamily("portal_tickets_oldest_seconds", "Age of the oldest ticket that is not solved", age)
    promises = GaugeMetricFamily(
        "portal_promises_day", "Promises decided within 24 hours", labels=["metric", "tier", "outcome"]
    )
    for one in counted(reports.PROMISES, period):
        if one["kind"] == 0b011:
            for outcome in ("kept", "missed"):
                promises.add_metric([one["metric"], one["tier"] or "none", outcome], one[outcome])
    yield promises
