"""Socket: what the admin's work list shows. An app registers panels in its own `metrics.py`; here stand the portal's
own: tasks, what is wrong now, the verdict of the health check. And what Prometheus is told of our tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from prometheus_client.core import GaugeMetricFamily, Metric

from portal.accounts.models import User
from portal.events.models import Delivery
from portal.events.states import DeliveryState
from portal.operations.current import troubles
from portal.operations.models import ProbeResult, Task
from portal.operations.probes import all_probes
from portal.outbox.models import Letter, Webhook
from portal.outbox.states import LetterState, WebhookState

SHOWN = 10
log = structlog.get_logger("portal.system")


@dataclass(frozen=True)
class Dial:
    """One figure at the top of the work list. `tone` is good, warn or bad; empty says nothing either way."""

    label: Any
    figure: Any
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of the work list: its dials, and a template with what it shows (none: dials only)."""

    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    dials: tuple[Dial, ...] = ()


PanelSource = Callable[[User, datetime], Panel | None]
_panels: dict[str, tuple[int, PanelSource]] = {}


def panel(name: str, *, position: int) -> Callable[[PanelSource], PanelSource]:
    """Registers a panel. It is asked with the reader and the moment, and answers None when it has nothing for them."""

    def register(source: PanelSource) -> PanelSource:
        _panels[name] = (position, source)
        return source

    return register


Measure = Callable[[datetime], Iterable[Metric]]
_measures: dict[str, Measure] = {}


def measure(name: str) -> Callable[[Measure], Measure]:
    """Registers figures of an app for Prometheus. They are asked on each scrape, so each is one cheap query."""

    def register(source: Measure) -> Measure:
        _measures[name] = source
        return source

    return register


def panels_for(user: User, now: datetime) -> list[Panel]:
    """What this person's work list shows, in order. A panel that fails is left out and logged: work goes on."""
    found = []
    for name, (_position, source) in sorted(_panels.items(), key=lambda item: (item[1][0], item[0])):
        try:
            shown = source(user, now)
        except DatabaseError:
            raise
        except Exception:  # one app's mistake must not take everybody's first page away
            log.exception("panel_failed", panel=name)
            continue
        if shown is not None:
            found.append(shown)
    return found


@dataclass(frozen=True)
class Verdict:
    """The health check's answer. `failing` are the readings that found something wrong, `missing` probes without a
    recent reading: nobody vouches for those."""

    checked_at: datetime | None
    readings: list[ProbeResult]
    failing: list[ProbeResult]
    missing: list[str]

    @property
    def word(self) -> str:
        if not self.readings:
            return "unknown"
        return "failing" if self.failing or self.missing else "ok"


def verdict(now: datetime) -> Verdict:
    """What the newest stored readings say together."""
    readings = list(ProbeResult.objects.newest(now))
    known = {reading.name for reading in readings}
    return Verdict(
        checked_at=max((reading.probed_at for reading in readings), default=None),
        readings=readings,
        failing=[reading for reading in readings if not reading.is_ok],
        missing=[name for name in all_probes() if name not in known],
    )


@panel("tasks", position=40)
def tasks(user: User, now: datetime) -> Panel | None:
    """The reader's own tasks and those nobody took, the most urgent first."""
    if not user.has_perm("operations.view_task"):
        return None
    mine = Task.objects.for_worklist_of(user).by_urgency().select_related("owner")
    shown = list(mine[: SHOWN + 1])
    late = sum(1 for task in shown if task.due_at and task.due_at < now)
    url = reverse("admin:operations_task_changelist")
    count = f"{SHOWN}+" if len(shown) > SHOWN else str(len(shown))
    dials = (Dial(_("Tasks"), count, url), Dial(_("Tasks overdue"), late, url, "bad" if late else ""))
    return Panel("admin/operations/tasks.html", {"tasks": shown[:SHOWN], "url": url, "now": now}, dials)


@panel("trouble", position=20)
def trouble(user: User, now: datetime) -> Panel | None:
    """What is known to be wrong now; nothing when all is well."""
    found = troubles(now)
    return Panel("admin/operations/trouble.html", {"troubles": found}) if found else None


@panel("health", position=90)
def health(user: User, now: datetime) -> Panel | None:
    """The verdict as a dial, and the probes that found something wrong."""
    if not user.has_perm("operations.view_proberesult"):
        return None
    found = verdict(now)
    words = {"ok": _("all well"), "failing": _("look"), "unknown": _("unknown")}
    tone = {"ok": "good", "failing": "bad", "unknown": "warn"}[found.word]
    dials = (Dial(_("Health"), words[found.word], reverse("operations:health"), tone),)
    template = "admin/operations/failing.html" if found.failing or found.missing else ""
    return Panel(template, {"verdict": found}, dials)


def gauges(now: datetime) -> Iterable[Metric]:
    """What Prometheus is told of our tables. Without a database only that."""
    try:
        counted = list(_counted(now))
    except DatabaseError:
        yield GaugeMetricFamily("portal_database_up", "Whether the database answers", 0)
        return
    yield GaugeMetricFamily("portal_database_up", "Whether the database answers", 1)
    yield from counted


def _counted(now: datetime) -> Iterable[Metric]:
    letters = [LetterState.WAITING, LetterState.SENDING, LetterState.FAILED, LetterState.BOUNCED]
    webhooks = [WebhookState.WAITING, WebhookState.SENDING, WebhookState.DEAD]
    deliveries = [DeliveryState.WAITING, DeliveryState.RUNNING, DeliveryState.PARKED]
    yield _by_state("portal_letters", "Letters that are not sent, by state", Letter, letters)
    yield _by_state("portal_webhooks", "Webhooks that are not sent, by state", Webhook, webhooks)
    yield _by_state("portal_deliveries", "News that is not delivered, by state", Delivery, deliveries)
    yield GaugeMetricFamily("portal_tasks_open", "Open staff tasks", Task.objects.open().count())
    yield GaugeMetricFamily("portal_tasks_overdue", "Overdue staff tasks", Task.objects.overdue(now).count())
    probes = GaugeMetricFamily("portal_probe_ok", "Whether the newest reading of a probe was good", labels=["probe"])
    for reading in verdict(now).readings:
        probes.add_metric([reading.name], float(reading.is_ok))
    yield probes
    for _name, source in sorted(_measures.items()):
        yield from source(now)


def _by_state(name: str, words: str, model: Any, states: list[Any]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["state"])
    rows = model.objects.filter(state__in=states).values_list("state").annotate(count=Count("pk")).order_by()
    counts = dict(rows)
    for state in states:
        family.add_metric([state.value], counts.get(state.value, 0))
    return family
